import requests


def send(token):
    data = {":action": "file_upload"}
    requests.post("https://upload.pypi.org/legacy/", data=data, auth=("__token__", token))
