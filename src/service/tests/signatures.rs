use super::{
    requests::{parts, value},
    *,
};
use crate::signature::{Audit, Carrier, QualificationId, Registration};

async fn answering(status: u16, body: &str) -> Scripted {
    Scripted::serve([Step::json(status, body)]).await
}

#[tokio::test]
async fn a_page_of_signatures_is_asked_for_by_number_and_size() {
    let body = r#"{"RequestId":"R","Code":"OK","Message":"OK","TotalCount":61,"SmsSignList":[
        {"SignName":"菜鸟","AuditStatus":"AUDIT_STATE_NOT_PASS","OrderId":"2005098","AuthorizationLetterId":7,
         "BusinessType":"通用类型","Reason":{"RejectInfo":"原因 ","RejectSubInfo":"附注","RejectDate":"2026-11-02 10:11:12"}},
        {"SignName":"裹裹","AuditStatus":"AUDIT_STATE_PASS","OrderId":"","AuthorizationLetterId":0,
         "Reason":{"RejectInfo":"无审核备注"}}]}"#;
    let server = answering(200, body).await;
    let answer = client(&server).signatures(2).await.expect("an answer");
    assert_eq!(answer.request_id, Some(RequestId("R".into())));
    assert_eq!(answer.value.total, Some(61));
    let [refused, passed] = &answer.value.items[..] else { panic!("two signatures") };
    assert_eq!((refused.audit.clone(), refused.letter), (Audit::Refused, Some(LetterId(7))));
    assert_eq!((refused.refusal.reason.as_str(), refused.order_id.as_deref()), ("原因", Some("2005098")));
    assert_eq!((passed.letter, passed.order_id.as_deref(), passed.refusal.reason.as_str()), (None, None, ""));

    let (query, headers) = parts(&server.requests()[0]);
    assert_eq!((value(&query, "PageIndex"), value(&query, "PageSize")), (Some("2"), Some("50")));
    assert_eq!(value(&headers, "x-acs-action"), Some("QuerySmsSignList"));
}

#[tokio::test]
async fn more_of_a_signature_is_what_a_later_request_repeats() {
    let body = r#"{"RequestId":"R","Code":"OK","SignName":"菜鸟","QualificationId":42,"ThirdParty":true,"Remark":"登录",
        "ApplyScene":"http://www.aliyun.com/\n","SignUsage":"商标","TrademarkId":0,"AppIcpRecordId":5,
        "AuthorizationLetterId":7,"AuditInfo":{"RejectInfo":"原因","AuditDate":"2024-06-03 12:02:34\n"},
        "FileUrlList":["1/a.png\n","https://b.oss.example/1/c.png?Signature=secret",7],
        "SignIspRegisterDetailList":[{"OperatorCode":"telecom","RegisterStatus":0}]}"#;
    let server = answering(200, body).await;
    let details = client(&server).signature("菜鸟").await.expect("an answer").value.expect("a signature");
    assert_eq!((details.qualification, details.letter), (Some(QualificationId(42)), Some(LetterId(7))));
    assert_eq!((details.trademark, details.app_icp_record), (None, Some(5)));
    assert_eq!(details.apply_scene, "http://www.aliyun.com/");
    assert_eq!(details.files, ["1/a.png", "1/c.png"], "a URL's query may hold a secret");
    assert_eq!(details.refusal.date, "2024-06-03 12:02:34");
    let failed = Carrier { operator: "telecom".to_owned(), registration: Registration::Failed };
    assert_eq!(details.carriers, [failed]);
    assert_eq!(value(&parts(&server.requests()[0]).0, "SignName"), Some("菜鸟"));
}

#[tokio::test]
async fn a_signature_that_nobody_applied_for_is_none() {
    let body = r#"{"RequestId":"R","Code":"SignatureNotFound","Message":"The signature does not exist."}"#;
    let server = answering(404, body).await;
    let answer = client(&server).signature("菜鸟").await.expect("an answer");
    assert_eq!(answer, Answer { value: None, request_id: Some(RequestId("R".into())) });
}

#[tokio::test]
async fn qualifications_are_read_with_nothing_personal() {
    let body = r#"{"RequestId":"R","Code":"OK","Success":true,"Data":{"Total":2,"PageNo":1,"PageSize":50,"List":[
        {"GroupId":42,"CompanyName":"菜鸟","StateName":"PASS","UseBySelf":"false","LegalPersonName":"李华"},
        {"GroupId":43,"CompanyName":"甲","StateName":"NOT_PASS","UseBySelf":"True"},{"CompanyName":"乙"}]}}"#;
    let server = answering(200, body).await;
    let page = client(&server).qualifications(1).await.expect("an answer").value;
    let told: Vec<_> = page.items.iter().map(|each| (each.id.0, each.approved, each.own_use)).collect();
    assert_eq!(told, [(42, true, Some(false)), (43, false, Some(true))]);
    assert_eq!(value(&parts(&server.requests()[0]).0, "PageNo"), Some("1"));

    let body = r#"{"Code":"OK","Data":{"OrganizationCode":"91330100799655058B\n","EffTimeStr":"2023-01-01~2033-01-01",
        "LegalPersonIDCardNo":"511391"}}"#;
    let server = answering(200, body).await;
    let details = client(&server).qualification(QualificationId(42)).await.expect("an answer").value.expect("one");
    assert_eq!(details.organization_code, "91330100799655058B");
    assert!(!format!("{details:?}").contains("511391"));
    assert_eq!(value(&parts(&server.requests()[0]).0, "QualificationGroupId"), Some("42"));
}

#[tokio::test]
async fn an_operation_that_is_refused_or_not_there_is_not_asked_for_twice() {
    for (status, code) in [(404, "InvalidAction.NotFound"), (403, "NoPermission"), (400, "isp.RAM_PERMISSION_DENY")] {
        let server = answering(status, &format!(r#"{{"RequestId":"R","Code":"{code}","Message":"no"}}"#)).await;
        let error = client(&server).signatures(1).await.expect_err(code);
        assert_eq!((error.retry(), error.code()), (Retry::Never, Some(&code.into())));
        assert!(error.advice().is_some(), "{code}");
    }
}
