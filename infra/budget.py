"""Who is told when the month becomes dear."""

from aws_cdk import aws_budgets
from constructs import Construct

from infra.settings import Settings

SHARE_SPENT = 80  # percent
SHARE_FORECAST = 100


def budget(scope: Construct, settings: Settings) -> aws_budgets.CfnBudget:
    """A budget of the account's costs a month, and mails to `alarm_email`.

    Of the whole account: costs of one stack can be told apart only by a tag that the account's
    owner has activated for that.
    """
    mail = aws_budgets.CfnBudget.SubscriberProperty(
        subscription_type="EMAIL", address=settings.alarm_email or ""
    )
    return aws_budgets.CfnBudget(
        scope,
        "Budget",
        budget=aws_budgets.CfnBudget.BudgetDataProperty(
            budget_type="COST",
            time_unit="MONTHLY",
            budget_limit=aws_budgets.CfnBudget.SpendProperty(
                amount=settings.monthly_budget_usd, unit="USD"
            ),
        ),
        notifications_with_subscribers=[
            aws_budgets.CfnBudget.NotificationWithSubscribersProperty(
                notification=aws_budgets.CfnBudget.NotificationProperty(
                    notification_type=kind,
                    comparison_operator="GREATER_THAN",
                    threshold=share,
                    threshold_type="PERCENTAGE",
                ),
                subscribers=[mail],
            )
            for kind, share in (("ACTUAL", SHARE_SPENT), ("FORECASTED", SHARE_FORECAST))
        ],
    )
