//! Which endpoint a region has, by the service's own API description.

use std::fmt;

use super::Endpoint;
use crate::escape::visible;

/// A region of Alibaba Cloud, such as `cn-hangzhou`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region(&'static str);

/// A text that isn't the id of a region.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown region `{region}`{}; use --endpoint for a region that letterform doesn't know", did_you_mean(*.suggestion))]
pub struct UnknownRegion {
    /// What was given, safe to show.
    pub region: String,
    /// The region with the most similar id.
    pub suggestion: Option<&'static str>,
}

fn did_you_mean(suggestion: Option<&'static str>) -> String {
    suggestion.map_or_else(
        || "; letters belong to mainland China, such as cn-hangzhou".to_owned(),
        |region| format!(", did you mean `{region}`?"),
    )
}

/// The host of every region without one of its own.
const MAINLAND: &str = "dysmsapi.aliyuncs.com";
const SINGAPORE: &str = "dysmsapi.ap-southeast-1.aliyuncs.com";
const JAKARTA: &str = "dysmsapi.ap-southeast-5.aliyuncs.com";
const FRANKFURT: &str = "dysmsapi.eu-central-1.aliyuncs.com";

/// The service's own hosts: those of the API description, and those that the official SDKs know
/// besides.
pub(super) const HOSTS: [&str; 7] = [
    MAINLAND,
    SINGAPORE,
    JAKARTA,
    FRANKFURT,
    "dysmsapi.us-east-1.aliyuncs.com",
    "dysmsapi-proxy.cn-beijing.aliyuncs.com",
    "dysmsapi-xman.cn-hongkong.aliyuncs.com",
];

/// The regions that the API description sends to other hosts than [`MAINLAND`].
const ELSEWHERE: [(&str, &str); 6] = [
    ("ap-southeast-1", SINGAPORE),
    ("ap-northeast-2-pop", SINGAPORE),
    ("eu-west-1-oxs", SINGAPORE),
    ("rus-west-1-pop", SINGAPORE),
    ("ap-southeast-5", JAKARTA),
    ("eu-central-1", FRANKFURT),
];

/// All other regions, those with special names last. Like the official SDKs, they use [`MAINLAND`],
/// wherever they are.
#[rustfmt::skip]
const OTHERS: &[&str] = &[
    "cn-hangzhou", "cn-shanghai", "cn-beijing", "cn-shenzhen", "cn-qingdao", "cn-zhangjiakou", "cn-huhehaote",
    "cn-wulanchabu", "cn-nanjing", "cn-fuzhou", "cn-guangzhou", "cn-heyuan", "cn-chengdu", "cn-wuhan-lr",
    "cn-zhongwei", "cn-zhengzhou-jva", "cn-hongkong",
    "ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-6",
    "ap-southeast-7", "eu-west-1", "me-central-1", "me-east-1", "na-south-1", "us-east-1", "us-southeast-1",
    "us-west-1",
    "cn-beijing-finance-1", "cn-beijing-finance-pop", "cn-beijing-gov-1", "cn-beijing-nu16-b01", "cn-edge-1",
    "cn-fujian", "cn-haidian-cm12-c01", "cn-hangzhou-bj-b01", "cn-hangzhou-finance", "cn-hangzhou-internal-prod-1",
    "cn-hangzhou-internal-test-1", "cn-hangzhou-internal-test-2", "cn-hangzhou-internal-test-3",
    "cn-hangzhou-test-306", "cn-heyuan-acdr-1", "cn-hongkong-finance-pop", "cn-huhehaote-nebula-1",
    "cn-north-2-gov-1", "cn-qingdao-nebula", "cn-shanghai-et15-b01", "cn-shanghai-et2-b01", "cn-shanghai-finance-1",
    "cn-shanghai-inner", "cn-shanghai-internal-test-1", "cn-shenzhen-finance-1", "cn-shenzhen-inner",
    "cn-shenzhen-st4-d01", "cn-shenzhen-su18-b01", "cn-wuhan", "cn-yushanfang", "cn-zhangbei", "cn-zhangbei-na61-b01",
    "cn-zhangjiakou-na62-a01", "cn-zhengzhou-nebula-1",
];

/// How similar a region must be to be suggested, from 0 to 1.
const SIMILAR: f64 = 0.8;

impl Region {
    /// The id.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// The endpoint that serves the region.
    pub fn endpoint(self) -> Endpoint {
        let host = ELSEWHERE.iter().find(|(id, _)| *id == self.0).map_or(MAINLAND, |(_, host)| host);
        Endpoint::parse(host).expect("a host of the service")
    }

    /// Whether its endpoint is the one for mainland China, where letters are.
    pub fn is_mainland(self) -> bool {
        ELSEWHERE.iter().all(|(id, _)| *id != self.0)
    }
}

/// `cn-hangzhou`.
impl Default for Region {
    fn default() -> Self {
        Self(OTHERS[0])
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl std::str::FromStr for Region {
    type Err = UnknownRegion;

    fn from_str(text: &str) -> Result<Self, UnknownRegion> {
        let all = || OTHERS.iter().copied().chain(ELSEWHERE.iter().map(|(id, _)| *id));
        if let Some(region) = all().find(|id| *id == text) {
            return Ok(Self(region));
        }
        let wanted: String = text.trim().chars().take(64).collect::<String>().to_ascii_lowercase().replace('_', "-");
        // The first of equally similar ones, and so a well-known one.
        let similar = all().map(|id| (strsim::jaro_winkler(&wanted, id), id));
        let best =
            similar.fold((SIMILAR, None), |best, (score, id)| if score > best.0 { (score, Some(id)) } else { best });
        let shown: String = text.chars().take(64).collect();
        // Printed as it is by the parser of arguments.
        Err(UnknownRegion { region: visible(&shown).into_owned(), suggestion: best.1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(region: &str) -> String {
        region.parse::<Region>().expect(region).endpoint().authority()
    }

    #[test]
    fn follows_the_services_api_description() {
        for region in ["cn-hangzhou", "cn-beijing", "cn-hongkong", "cn-wulanchabu", "cn-beijing-gov-1", "us-west-1"] {
            assert_eq!(host(region), "dysmsapi.aliyuncs.com", "{region}");
        }
        assert_eq!(host("ap-southeast-1"), "dysmsapi.ap-southeast-1.aliyuncs.com");
        assert_eq!(host("rus-west-1-pop"), "dysmsapi.ap-southeast-1.aliyuncs.com");
        assert_eq!(host("ap-southeast-5"), "dysmsapi.ap-southeast-5.aliyuncs.com");
        assert_eq!(host("eu-central-1"), "dysmsapi.eu-central-1.aliyuncs.com");
        assert!(!"eu-central-1".parse::<Region>().expect("known").is_mainland());
        assert_eq!(Region::default().as_str(), "cn-hangzhou");
    }

    #[test]
    fn suggests_a_region_for_a_typo() {
        for (typo, meant) in [
            ("cn-hangzou", Some("cn-hangzhou")),
            ("CN-Hangzhou", Some("cn-hangzhou")),
            ("cn_shanghai", Some("cn-shanghai")),
            (" cn-beijing ", Some("cn-beijing")),
            ("ap-southeast1", Some("ap-southeast-1")),
            ("moon", None),
            ("", None),
        ] {
            let error = typo.parse::<Region>().expect_err(typo);
            assert_eq!(error.suggestion, meant, "{error}");
            assert!(error.to_string().contains("--endpoint"), "{error}");
        }
        assert!("cn-a/b".parse::<Region>().is_err() && "x".repeat(1 << 20).parse::<Region>().is_err());
    }
}
