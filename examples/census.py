"""A table like the census income data: the real columns, made-up rows.

    python examples/census.py census.csv 5000

The columns, their order and the values that occur are those of the census income ("adult") data set, R. Kohavi and
B. Becker, 1996, UCI Machine Learning Repository, doi:10.24432/C5XW20. No row is real: people are drawn column by column
from simple distributions (ages roughly normal, hours around 40, few people with capital gains), and the label from a
logistic model in which education, marriage, age, hours and capital gains count, about as they do in the real table.
About a quarter of the people earn more than 50K, as there.
"""

import csv
import sys
from pathlib import Path

import numpy as np

COLUMNS = [
    "age", "workclass", "fnlwgt", "education", "education_num", "marital_status", "occupation", "relationship", "race",
    "gender", "capital_gain", "capital_loss", "hours_per_week", "native_country", "income_bracket",
]  # fmt: skip
NUMBERS = ["age", "fnlwgt", "education_num", "capital_gain", "capital_loss", "hours_per_week"]
INCOMES = ["<=50K", ">50K"]
EDUCATION = [
    "Preschool", "1st-4th", "5th-6th", "7th-8th", "9th", "10th", "11th", "12th", "HS-grad", "Some-college",
    "Assoc-voc", "Assoc-acdm", "Bachelors", "Masters", "Prof-school", "Doctorate",
]  # fmt: skip
EDUCATION_SHARES = [0.2, 0.5, 1, 2, 1.6, 2.9, 3.6, 1.3, 32.2, 22.4, 4.2, 3.3, 16.4, 5.3, 1.8, 1.3]
MARITAL_STATUS = [
    "Married-civ-spouse", "Divorced", "Married-spouse-absent", "Never-married", "Separated", "Married-AF-spouse",
    "Widowed",
]  # fmt: skip
RELATIONSHIP = ["Husband", "Not-in-family", "Wife", "Own-child", "Unmarried", "Other-relative"]
WORKCLASS = [
    "Self-emp-not-inc", "Private", "State-gov", "Federal-gov", "Local-gov", "?", "Self-emp-inc", "Without-pay",
    "Never-worked",
]  # fmt: skip
OCCUPATION = [
    "Exec-managerial", "Prof-specialty", "Tech-support", "Sales", "Craft-repair", "Adm-clerical", "Other-service",
    "Machine-op-inspct", "Transport-moving", "Handlers-cleaners", "Farming-fishing", "Protective-serv",
    "Priv-house-serv", "Armed-Forces", "?",
]  # fmt: skip
COUNTRIES = ["United-States", "Mexico", "?", "Philippines", "Germany", "Canada", "Puerto-Rico", "India", "England"]
RACES = ["White", "Black", "Asian-Pac-Islander", "Amer-Indian-Eskimo", "Other"]


def synthetic(rows, seed=0):
    """Returns ``(features, labels)``: column -> array of ``rows`` values, and 0 or 1."""
    rng = np.random.default_rng(seed)

    def draw(values, shares):
        shares = np.asarray(shares, float)
        return rng.choice(values, rows, p=shares / shares.sum())

    age = np.clip(rng.normal(38.6, 13.6, rows), 17, 90).astype("float32").round()
    level = rng.choice(16, rows, p=np.array(EDUCATION_SHARES) / sum(EDUCATION_SHARES))
    married = rng.random(rows) < 1 / (1 + np.exp(-(age - 32) / 6))
    gender = draw(["Male", "Female"], [67, 33])
    other_status = draw(MARITAL_STATUS[1:], [13.6, 1.3, 33, 3.1, 0.1, 3])
    other_role = draw(["Not-in-family", "Own-child", "Unmarried", "Other-relative"], [26, 15.5, 10.5, 3])
    hours = np.clip(rng.normal(40.4, 12.3, rows), 1, 99).astype("float32").round()
    gain = np.where(rng.random(rows) < 0.083, rng.lognormal(8.5, 1, rows), 0).astype("float32").round()
    loss = np.where(rng.random(rows) < 0.047, rng.normal(1870, 380, rows), 0).clip(0).astype("float32").round()
    skilled = rng.random(rows) < 0.15 + 0.05 * np.maximum(level - 7, 0)
    features = {
        "age": age,
        "workclass": draw(WORKCLASS, [7.8, 69.7, 4, 2.9, 6.4, 5.6, 3.4, 0.1, 0.1]),
        "fnlwgt": rng.lognormal(12, 0.6, rows).astype("float32").round(),
        "education": np.array(EDUCATION)[level],
        "education_num": (level + 1).astype("float32"),
        "marital_status": np.where(married, "Married-civ-spouse", other_status),
        "occupation": np.where(
            skilled,
            draw(OCCUPATION[:3], [12.5, 12.7, 2.9]),
            draw(OCCUPATION[3:], [11.2, 12.5, 11.5, 10, 6.2, 4.8, 4.2, 3, 2, 0.5, 0.1, 5.6]),
        ),
        "relationship": np.where(married, np.where(gender == "Male", "Husband", "Wife"), other_role),
        "race": draw(RACES, [85.4, 9.6, 3.1, 1, 0.8]),
        "gender": gender,
        "capital_gain": gain,
        "capital_loss": loss,
        "hours_per_week": hours,
        "native_country": draw(COUNTRIES, [89.6, 2, 1.8, 0.6, 0.4, 0.4, 0.4, 0.3, 0.3]),
    }
    score = -5.6 + 0.32 * (level - 8) + 2.3 * married + 0.9 * skilled + 0.03 * (hours - 40) + 0.00025 * gain
    score = score + 0.0006 * loss + 1.8 * np.exp(-(((age - 48) / 14) ** 2)) + 0.3 * (gender == "Male") + 0.4
    return features, (rng.random(rows) < 1 / (1 + np.exp(-score))).astype("int32")


def read(path):
    """Returns ``(features, labels)`` of a file in the format of the real one: ``adult.data``, ``adult.test``."""
    rows = []
    with open(path, newline="") as file:
        for row in csv.reader(file, skipinitialspace=True):
            if len(row) == len(COLUMNS):  # the real file has a first line of its own, and empty ones
                rows.append([value.strip().rstrip(".") for value in row])
    columns = dict(zip(COLUMNS, map(np.array, zip(*rows))))
    labels = (columns.pop("income_bracket") == INCOMES[1]).astype("int32")
    return {name: array.astype("float32") if name in NUMBERS else array for name, array in columns.items()}, labels


def write(path, rows, seed=0):
    """Writes made-up rows in the format of the real file."""
    features, labels = synthetic(rows, seed)
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        for row in range(rows):
            values = [features[name][row] for name in COLUMNS[:-1]]
            plain = [int(value) if name in NUMBERS else value for name, value in zip(COLUMNS, values)]
            writer.writerow([*plain, INCOMES[labels[row]]])


def load(path, rows):
    """The file if there is one, else made-up rows."""
    if path is not None and Path(path).exists():
        return read(path)
    return synthetic(rows)


if __name__ == "__main__":
    target, count = (sys.argv[1:] + ["", "1000"][len(sys.argv) - 1 :])[:2]
    if target:
        write(target, int(count))
        print(f"{target}: {count} rows")
    else:
        table, incomes = synthetic(int(count))
        print(f"{len(incomes)} made-up rows, {incomes.mean():.0%} earn more than 50K; columns: {', '.join(table)}")
