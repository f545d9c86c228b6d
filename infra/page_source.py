"""What is copied to the page's bucket."""

from pathlib import Path

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, ILocalBundling, aws_s3_deployment

from infra import page_files


@jsii.implements(ILocalBundling)
class _Served:
    """Writes the page's files as they are served, without Docker."""

    def try_bundle(self, output_dir: str, options: BundlingOptions) -> bool:
        del options
        for path, content in page_files.served().items():
            target = Path(output_dir, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        return True


def page_source() -> aws_s3_deployment.ISource:
    """The page's files as they are served."""
    return aws_s3_deployment.Source.asset(
        str(page_files.SITE),
        asset_hash_type=AssetHashType.OUTPUT,
        bundling=BundlingOptions(image=DockerImage.from_registry("scratch"), local=_Served()),
    )
