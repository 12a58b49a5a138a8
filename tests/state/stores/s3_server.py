"""moto's S3 server as a program, which asks for credentials. Ends when its input does.

It makes the bucket `states`, a user `runner` with the rights that are said to be enough, and
`nobody`, who has none; from then on every request is checked. It says where it is as JSON.
"""

import json
import sys
from typing import Any

import boto3
import moto.settings
from moto.server import ThreadedMotoServer

ENOUGH = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": "arn:aws:s3:::states/aepctl/*",
        },
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::states"},
    ],
}


def main() -> None:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"

    def client(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id="test-id",
            aws_secret_access_key="test-secret",
        )

    client("s3").create_bucket(Bucket="states")
    iam = client("iam")
    keys = {}
    for name in ("runner", "nobody"):
        iam.create_user(UserName=name)
        made = iam.create_access_key(UserName=name)["AccessKey"]
        keys[name] = {
            "AWS_ACCESS_KEY_ID": made["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
        }
    iam.put_user_policy(UserName="runner", PolicyName="state", PolicyDocument=json.dumps(ENOUGH))
    moto.settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
    sys.stdout.write(json.dumps({"url": url, "keys": keys}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
