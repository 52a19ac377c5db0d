use std::{fmt, sync::Arc};

use uuid::Uuid;

/// Names a call and all that follows from it, in the form of X-Ray: `1-`, 8 hexadecimal digits of the second, `-`, 24
/// of chance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceId(Arc<str>);

impl TraceId {
    /// A new one, from an id that begins with the time.
    pub(crate) fn new(id: Uuid) -> Self {
        let second = id.get_timestamp().map_or(0, |time| time.to_unix().0);
        Self(format!("1-{second:08x}-{}", &id.simple().to_string()[8..]).into())
    }

    /// The `Root` of a tracing header, as Lambda has it for each invocation and API Gateway sends it in
    /// `X-Amzn-Trace-Id` (<https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>).
    pub fn of_header(header: &str) -> Option<Self> {
        header.split(';').find_map(|part| Self::parse(part.trim().strip_prefix("Root=")?))
    }

    /// `None` unless it is one.
    pub fn parse(text: &str) -> Option<Self> {
        let (second, chance) = text.strip_prefix("1-")?.split_once('-')?;
        (is_hex(second, 8) && is_hex(chance, 24)).then(|| Self(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The trace id of a `traceparent` (W3C Trace Context, §3.2), which the client has chosen.
pub(crate) fn of_client(traceparent: &str) -> Option<&str> {
    let mut parts = traceparent.split('-');
    let (version, trace, parent) = (parts.next()?, parts.next()?, parts.next()?);
    let is_known = is_hex(version, 2) && version != "ff" && is_hex(parent, 16);
    (is_known && is_hex(trace, 32) && trace.bytes().any(|digit| digit != b'0')).then_some(trace)
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "1-5759e988-bd862e3fe1be46a994272793";

    #[test]
    fn the_root_of_a_header_is_the_trace() {
        for header in [
            format!("Root={ROOT}"),
            format!("Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1"),
            format!("Self=1-67891234-12456789abcdef012345678; Root={ROOT};Lineage=a87bd80c:1|68fd508a:5"),
        ] {
            assert_eq!(TraceId::of_header(&header).unwrap().as_str(), ROOT, "{header}");
        }
        for header in ["", "Root=", "Root=1-5759e988", "Root=ann@example.org", &ROOT.replace("1-5", "1-G")] {
            assert_eq!(TraceId::of_header(header), None, "{header}");
        }
    }

    #[test]
    fn a_new_trace_has_the_form_and_the_time_of_the_others() {
        let id = Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, 0x5759_e988, 0));
        let trace = TraceId::new(id);
        assert_eq!(TraceId::parse(trace.as_str()), Some(trace.clone()));
        assert!(trace.as_str().starts_with("1-5759e988-"), "{trace}");
    }

    #[test]
    fn a_client_names_its_trace_in_the_form_of_w3c_or_not_at_all() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(of_client(&format!("00-{trace}-00f067aa0ba902b7-01")), Some(trace));
        assert_eq!(of_client(&format!("01-{trace}-00f067aa0ba902b7-01-later")), Some(trace));
        for wrong in [
            "",
            trace,
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-ann@example.org0000000000000000-00f067aa0ba902b7-01",
        ] {
            assert_eq!(of_client(wrong), None, "{wrong}");
        }
    }
}
