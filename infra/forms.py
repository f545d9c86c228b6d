"""What settings that are text look like."""

from infra.rules import Matching

# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html; the bulk
# lane's stack adds four letters.
STACK_NAME = Matching(
    r"[A-Za-z][A-Za-z0-9-]{0,123}",
    "a letter and then letters, digits and hyphens, 124 in all at most",
)

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
MODEL_SOURCE = Matching(  # the image's build sees no other folder
    rf"{_NAME}(?:/{_NAME})?|models(?:/{_NAME})+",
    "a hub id such as facebook/wav2vec2-large-960h, or a folder below models/",
)
WRITER = Matching(
    MODEL_SOURCE.pattern,
    "moonshine-tiny, none, a hub id such as UsefulSensors/moonshine-base, "
    "or a folder below models/",
)
LOCAL_MODEL = Matching(r"\S(?:.*\S)?", "a folder or a hub id")
REVISION = Matching(rf"{_NAME}(?:/{_NAME})*", "a commit, branch or tag of the model on the hub")

# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html and
# API_ImageIdentifier.html. A registry's host is no part of it.
_REPOSITORY = r"(?!.*\.amazonaws\.)[a-z0-9]+(?:[._/-][a-z0-9]+)*"
_TAG = r":[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = r"@sha256:[0-9a-f]{64}"
IMAGE = Matching(
    rf"{_REPOSITORY}(?:{_TAG}|{_DIGEST})",
    "repository:tag or repository@sha256:digest of this account's ECR, without its host",
)

LANGUAGE = Matching(r"[a-z]{2,3}", "a code such as en")

_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
OPENSEARCH_URL = Matching(
    rf"https?://{_HOST}(?::\d{{1,5}})?",
    "an address such as https://search.example.org, without a path",
)
OPENSEARCH_ARN = Matching(
    r"arn:aws(?:-[a-z]+)*:es:[a-z]+(?:-[a-z]+)+-\d:\d{12}:domain/[a-z][a-z0-9-]{2,27}",
    "an ARN such as arn:aws:es:eu-central-1:123456789012:domain/mine",
)
# No name is another one's with a number: `NAME-1`, `NAME-2` … are the indexes behind it.
SEARCH_INDEX = Matching(
    r"(?=.{1,100}$)[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)*",
    "words of small letters and digits with hyphens between, each beginning with a letter",
)
INTERVAL = Matching(r"[1-9]\d{0,6}(?:ms|s|m)", "a time such as 200ms, 1s or 1m")
EMAIL = Matching(r"[^@\s,;<>]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}", "one e-mail address")

_TAG_PART = r"[A-Za-z0-9 _.:/+@-]"
TAGS = Matching(
    rf"(?!aws:){_TAG_PART}{{1,128}}={_TAG_PART}{{0,256}}(?:,(?!aws:){_TAG_PART}{{1,128}}={_TAG_PART}{{0,256}})*",
    "names and values such as team=archive,cost-centre=42",
)
DOMAIN = Matching(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
    "a host's name such as search.example.org, in lower case",
)
CERTIFICATE = Matching(
    r"arn:aws(?:-[a-z]+)*:acm:us-east-1:\d{12}:certificate/[0-9a-f-]{36}",
    "the ARN of a certificate in us-east-1",
)
HOSTED_ZONE = Matching(r"Z[A-Z0-9]{5,31}", "a hosted zone's id such as Z0123456789ABCDEFGHIJ")
WEB_ACL = Matching(
    r"arn:aws(?:-[a-z]+)*:wafv2:us-east-1:\d{12}:global/webacl/[\w-]{1,128}/[0-9a-f-]{36}",
    "the ARN of a web ACL with scope CLOUDFRONT, which is in us-east-1",
)
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
BUCKET = Matching(r"(?!xn--)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "a bucket's name")
KMS_KEY = Matching(
    r"arn:aws(?:-[a-z]+)*:kms:[a-z]+(?:-[a-z]+)+-\d:\d{12}:key/(?:mrk-)?[0-9a-f-]{32,36}",
    "the ARN of a symmetric KMS key in the stack's region",
)
VPC = Matching(r"vpc-[0-9a-f]{8,17}", "a VPC's id such as vpc-0123456789abcdef0")
_SUBNET = r"subnet-[0-9a-f]{8,17}"
SUBNETS = Matching(
    rf"{_SUBNET}(?:,{_SUBNET}){{0,5}}",
    "ids of subnets such as subnet-0123456789abcdef0, separated by commas without blanks",
)
# Of RSA with 2048 bits, as `earshot sign-in-key` makes it: 294 bytes of SubjectPublicKeyInfo.
PUBLIC_KEY = Matching(r"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A[A-Za-z0-9+/]{360}", "a public key")
ISSUER = Matching(
    rf"https?://{_HOST}(?::\d{{1,5}})?(?:/[A-Za-z0-9._~/-]*)?",
    "an address such as https://login.example.org/realm",
)
CLIENT_ID = Matching(r"[\x21-\x7e]{1,256}", "the client's id")
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
SECRET = Matching(
    r"(?!arn:)[A-Za-z0-9/_+=.@-]{1,512}(?<!-[A-Za-z0-9]{6})",
    "a secret's name, which doesn't end in a hyphen and six characters",
)
CLAIM = Matching(r"[A-Za-z0-9_:./-]{1,128}", "a claim's name such as groups")
GROUP = Matching(r"[A-Za-z0-9_.:@/-]{1,128}", "a group's name or id, without blanks")
