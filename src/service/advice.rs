use super::{Operation, ServiceError};

impl ServiceError {
    /// What a person can do about it, where that is known.
    pub fn advice(&self) -> Option<String> {
        match self {
            Self::Answered { code, operation, clock_skew, .. } => advice_on_code(code, *operation, *clock_skew),
            Self::NoConnection { .. } => Some(
                "check the network, HTTPS_PROXY, and --endpoint or --region; to rehearse without the service, use --sandbox"
                    .to_owned(),
            ),
            Self::AnswerLost { operation: Operation::CreateSmsAuthorizationLetter, .. } => {
                Some("the letter may exist: `letterform plan` shows whether it does".to_owned())
            }
            Self::AnswerLost { .. } => Some("try again, with a longer --timeout if it was that".to_owned()),
            Self::Unreadable { .. } => Some(
                "something other than the service may have answered: check --endpoint and any proxy in between".to_owned(),
            ),
            Self::NotSent { .. } => None,
        }
    }
}

fn advice_on_code(code: &str, operation: Operation, clock_skew: Option<i64>) -> Option<String> {
    Some(match code {
        "SignatureDoesNotMatch" | "IncompleteSignature" => {
            "the AccessKey secret does not belong to the AccessKey id: check the credentials".to_owned()
        }
        "InvalidAccessKeyId.NotFound" => {
            "no such AccessKey: check ALIBABA_CLOUD_ACCESS_KEY_ID or the profile".to_owned()
        }
        "InvalidAccessKeyId.Inactive" => {
            "the AccessKey is disabled: enable it in the RAM console, or use another".to_owned()
        }
        "Forbidden.RAM" | "isp.RAM_PERMISSION_DENY" | "NoPermission" => {
            format!("allow the action dysms:{operation} in the RAM policy of the caller")
        }
        "InvalidTimeStamp.Expired" => match clock_skew {
            Some(seconds) if seconds >= 0 => {
                format!("this machine's clock is {seconds} seconds ahead of the service's: set it right")
            }
            Some(seconds) => format!("this machine's clock is {} seconds behind the service's: set it right", -seconds),
            None => "this machine's clock is off by more than 15 minutes: set it right".to_owned(),
        },
        code if code.starts_with("Throttling") => {
            "the account makes too many requests: try later, or with a smaller --parallelism".to_owned()
        }
        "AuthorizationOssFileNotUploadError" => {
            "no picture is uploaded under that fileKey: declare a `scan` instead, and apply uploads it".to_owned()
        }
        "AuthorizationLetterDateNotValid" => {
            "today must lie within the validity: check the dates, and this machine's clock".to_owned()
        }
        "SecurityTokenExpired" | "InvalidSecurityToken.Expired" => {
            "the STS token has expired: get a new one".to_owned()
        }
        _ => return None,
    })
}
