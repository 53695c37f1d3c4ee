"""Sources of datasets that are not arrays in memory: files of lines, records and tables, and other libraries'
loaders.
"""
