import os

from send import send

send(os.environ["DEPLOY"])
