import pathlib
import sys

for path in pathlib.Path(sys.argv[1]).iterdir():
    print(path.name)
