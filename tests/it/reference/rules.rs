//! The reference of rules, from their table.

use std::fmt::Write as _;

use letterform::declaration::{Code, Severity};

use crate::generated::generated;

#[test]
fn generated_reference_of_rules_is_the_table() {
    let mut page = "# Rules\n\nEvery rule that `letterform validate` holds declarations to. `letterform explain CODE` prints \
                    the same.\n\nAn error keeps declarations from being used. A warning does not, unless `--deny CODE` or \
                    `--deny warnings` makes it an error;\n`# letterform: allow CODE reason` on the line, or on a line of \
                    its own above it, silences it.\n\n| rule | severity | |\n|---|---|---|\n"
        .to_owned();
    for code in Code::ALL {
        let rule = code.rule();
        writeln!(page, "| [{code}](#{}) | {} | {} |", code.as_str().to_lowercase(), rule.severity, rule.title)
            .expect("written");
    }
    for code in Code::ALL {
        let rule = code.rule();
        write!(page, "\n## {code}\n\n{}: {}.\n\n{}\n", capital(rule.severity), rule.title, rule.reason)
            .expect("written");
        if let Some(parameter) = rule.parameter {
            write!(page, "\nParameter of the service: {parameter}\n").expect("written");
        }
        write!(page, "\nRight:\n\n```yaml\n{}\n```\n\nWrong:\n\n```yaml\n{}\n```\n", rule.good, rule.bad)
            .expect("written");
    }
    generated("docs/reference/rules.md", &page);
}

fn capital(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
    }
}
