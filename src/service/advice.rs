use super::{Denial, Operation, ServiceError};

impl ServiceError {
    /// What a person can do about it, where that is known.
    pub fn advice(&self) -> Option<String> {
        match self {
            _ if self.is_upload_time_out() => Some(
                "on a slow line, use a longer --timeout and a smaller --parallelism, so that fewer uploads share it"
                    .to_owned(),
            ),
            _ if self.is_throttling() => Some("try again later, or with a smaller --parallelism".to_owned()),
            Self::Answered { code, operation, clock_skew, denial, .. } => {
                advice_on_code(code.raw(), *operation, *clock_skew, denial.as_deref())
            }
            Self::NoConnection { .. } => Some(
                "check the network, HTTPS_PROXY, and --endpoint or --region; to rehearse without the service, use --sandbox"
                    .to_owned(),
            ),
            Self::AnswerLost { operation: Operation::CreateSmsAuthorizationLetter, .. } => {
                Some("run `letterform plan` to see whether the letter exists".to_owned())
            }
            Self::AnswerLost { operation: Operation::PostObject, .. } => {
                Some("try again with a longer --timeout or a smaller --parallelism".to_owned())
            }
            Self::AnswerLost { .. } => Some("try again, with a longer --timeout if it timed out".to_owned()),
            Self::Unreadable { .. } => {
                Some("something else may have answered: check --endpoint and any proxy in between".to_owned())
            }
            Self::Unusable { operation: Operation::PostObject, .. } => {
                Some("check any proxy or login page between this machine and the object store".to_owned())
            }
            Self::Unusable { .. } | Self::Stalled { .. } | Self::NotSigned { .. } | Self::NotSent { .. } => None,
        }
    }
}

fn advice_on_code(
    code: &str,
    operation: Operation,
    clock_skew: Option<i64>,
    denial: Option<&Denial>,
) -> Option<String> {
    let fixed = match code {
        "SignatureDoesNotMatch" | "IncompleteSignature" => {
            "check the credentials: the AccessKey secret does not belong to the AccessKey id"
        }
        "InvalidAccessKeyId" | "InvalidAccessKeyId.NotFound" => {
            "check ALIBABA_CLOUD_ACCESS_KEY_ID or the profile: this AccessKey does not exist"
        }
        "InvalidAccessKeyId.Inactive" => "enable the AccessKey in the RAM console, or use another one",
        "SecurityTokenExpired" | "InvalidSecurityToken.Expired" => "get a new STS token: this one has expired",
        "InvalidSecurityToken" | "InvalidSecurityToken.Malformed" | "InvalidSecurityToken.MismatchWithAccessKey" => {
            "check ALIBABA_CLOUD_SECURITY_TOKEN: the STS token does not belong to the AccessKey"
        }
        "MissingSecurityToken" => "set ALIBABA_CLOUD_SECURITY_TOKEN: the AccessKey is a temporary one",
        "Forbidden" | "Forbidden.RAM" | "isp.RAM_PERMISSION_DENY" | "NoPermission" => {
            return Some(advice_on_rights(operation, denial));
        }
        "InvalidTimeStamp.Expired" => return Some(advice_on_clock(clock_skew)),
        "isv.PRODUCT_UN_SUBSCRIPT" | "isv.PRODUCT_UNSUBSCRIBE" => {
            "activate Short Message Service (SMS) for this account in the console"
        }
        "NotEnterpriseCertifyCustCheckError" => {
            "verify the account as an enterprise in the console: only enterprises can register letters"
        }
        "CustNotExistError" | "isv.ACCOUNT_NOT_EXISTS" => {
            "check whose credentials these are with `letterform doctor`, and activate SMS for the account in the console"
        }
        "isv.ACCOUNT_ABNORMAL" => {
            "check the account in the console: it is restricted or its verification is incomplete"
        }
        "isv.OUT_OF_SERVICE" => "settle the account's bills in the console: SMS is suspended",
        "GrayCustAccessError" | "ForbiddenAction" => {
            "ask the service's support to open letters of authorization for this account, and give them the RequestId"
        }
        "AuthorizationOssFileNotUploadError" => "declare a `scan` for apply to upload: no picture has this fileKey",
        "AuthorizationLetterDateNotValid" => "check the validity, which must include today, and this machine's clock",
        "InvalidAction.NotFound" => "check --endpoint and --region: this endpoint does not offer the operation",
        _ => return None,
    };
    Some(fixed.to_owned())
}

/// Which action to allow: the one that RAM names, or the operation's own.
fn advice_on_rights(operation: Operation, denial: Option<&Denial>) -> String {
    let own = format!("dysms:{operation}").into();
    let action = denial.and_then(|denial| denial.action.as_ref()).unwrap_or(&own);
    let whose = denial
        .and_then(|denial| denial.principal.as_ref())
        .map_or_else(|| "the caller's RAM policy".to_owned(), |principal| format!("the RAM policy of {principal}"));
    let policy = if only_reads(operation) { "AliyunDysmsReadOnlyAccess" } else { "AliyunDysmsFullAccess" };
    format!("allow {action} in {whose}, or attach {policy}")
}

/// Whether the system policy `AliyunDysmsReadOnlyAccess` is enough for the operation.
fn only_reads(operation: Operation) -> bool {
    match operation {
        Operation::QuerySmsAuthorizationLetter
        | Operation::QuerySmsSignList
        | Operation::GetSmsSign
        | Operation::QuerySmsQualificationRecord
        | Operation::QuerySingleSmsQualification => true,
        Operation::GetQualificationOssInfo | Operation::PostObject | Operation::CreateSmsAuthorizationLetter => false,
    }
}

fn advice_on_clock(clock_skew: Option<i64>) -> String {
    match clock_skew {
        Some(seconds) if seconds >= 0 => {
            format!("set this machine's clock: it is {seconds} seconds ahead of the service's")
        }
        Some(seconds) => format!("set this machine's clock: it is {} seconds behind the service's", -seconds),
        None => "set this machine's clock: it is off by more than 15 minutes".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::error_code, *};
    use crate::escape::Untrusted;

    fn advice(code: &str, denial: Option<&Denial>) -> Option<String> {
        advice_on_code(code, Operation::CreateSmsAuthorizationLetter, None, denial)
    }

    #[test]
    fn every_refusal_of_a_caller_says_what_to_do() {
        for code in error_code::OF_CALLERS {
            let expected = !matches!(code, "InvalidSignatureMethod" | "MissingAccessKeyId" | "InvalidTimeStamp.Format");
            assert_eq!(advice(code, None).is_some(), expected, "{code}");
        }
    }

    #[test]
    fn an_upload_that_times_out_names_the_options_for_slow_lines() {
        let operation = Operation::PostObject;
        let (problem, request_id, retry_after) = (Untrusted::default(), None, None);
        let answered = |code: &str, status| ServiceError::answered(operation, status, code, "", None);
        for error in [
            ServiceError::Stalled { operation, problem: problem.clone() },
            ServiceError::AnswerLost { operation, problem: problem.clone() },
            answered("RequestTimeout", 400),
            ServiceError::Unreadable { operation, status: 408, problem, request_id, retry_after },
        ] {
            let advice = error.advice().expect("advice");
            assert!(advice.contains("--timeout") && advice.contains("--parallelism"), "{error}: {advice}");
        }
        assert!(!answered("AccessDenied", 403).advice().unwrap_or_default().contains("--timeout"));
    }

    #[test]
    fn too_many_requests_are_told_in_one_way() {
        let operation = Operation::QuerySmsAuthorizationLetter;
        let (problem, request_id, retry_after) = (Untrusted::default(), None, None);
        for error in [
            ServiceError::answered(operation, 400, "Throttling", "", None),
            ServiceError::answered(operation, 503, "Throttling.User", "", None),
            ServiceError::answered(operation, 429, "FlowControl", "", None),
            ServiceError::Unreadable { operation, status: 429, problem, request_id, retry_after },
        ] {
            assert!(error.is_throttling(), "{error}");
            assert!(error.advice().expect("advice").contains("try again later"), "{error}");
        }
    }

    #[test]
    fn the_action_that_ram_names_outranks_the_operation() {
        let own = advice("NoPermission", None).expect("advice");
        assert!(own.contains("dysms:CreateSmsAuthorizationLetter"), "{own}");
        let denial = Denial { action: Some("dysms:Other".into()), principal: Some("ci".into()), ..Denial::default() };
        let named = advice("NoPermission", Some(&denial)).expect("advice");
        assert!(named.starts_with("allow dysms:Other in the RAM policy of ci"), "{named}");
    }
}
