import pathlib

print(sorted(pathlib.Path("dist").iterdir()))
