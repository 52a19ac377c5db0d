use std::collections::BTreeMap;

use uuid::Uuid;

use super::reply::Fault;
use super::{APNS_APPLICATION, FCM_APPLICATION};

/// What SNS knows of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub application: String,
    pub token: String,
    pub enabled: bool,
    pub custom_user_data: String,
}

/// The endpoints of all applications, by their ARNs.
#[derive(Debug, Default)]
pub(super) struct Endpoints(BTreeMap<String, Endpoint>);

/// The longest user data, in bytes.
const USER_DATA: usize = 2048;

impl Endpoint {
    /// `APNS` or `GCM`.
    pub fn platform(&self) -> &str {
        self.application.split('/').nth(1).unwrap_or_default()
    }

    fn checked(self) -> Result<Self, Fault> {
        if self.token.is_empty() {
            return Err(Fault::invalid("Token Reason: cannot be empty"));
        }
        let hexadecimal = self.token.len() <= 400 && self.token.bytes().all(|byte| byte.is_ascii_hexdigit());
        if self.application == APNS_APPLICATION && !hexadecimal {
            let reason = "Token Reason: iOS device tokens must be no more than 400 hexadecimal characters";
            return Err(Fault::invalid(reason));
        }
        if self.custom_user_data.len() > USER_DATA {
            return Err(Fault::invalid("CustomUserData Reason: must be less than 2048 bytes long"));
        }
        Ok(self)
    }
}

impl Endpoints {
    pub(super) fn all(&self) -> BTreeMap<String, Endpoint> {
        self.0.clone()
    }

    /// A new endpoint, or the one that is the same in everything.
    pub(super) fn create(&mut self, new: Endpoint) -> Result<String, Fault> {
        if ![APNS_APPLICATION, FCM_APPLICATION].contains(&new.application.as_str()) {
            return Err(Fault::missing("PlatformApplication"));
        }
        let new = new.checked()?;
        if let Some((arn, _)) = self.0.iter().find(|(_, there)| **there == new) {
            return Ok(arn.clone());
        }
        self.claim(&new, None)?;
        let id = Uuid::now_v7();
        let arn = format!("{}/{id}", new.application.replace(":app/", ":endpoint/"));
        self.0.insert(arn.clone(), new);
        Ok(arn)
    }

    pub(super) fn get(&self, arn: &str) -> Result<&Endpoint, Fault> {
        self.0.get(arn).ok_or_else(|| Fault::missing("Endpoint"))
    }

    pub(super) fn replace(&mut self, arn: &str, new: Endpoint) -> Result<(), Fault> {
        let new = new.checked()?;
        self.claim(&new, Some(arn))?;
        self.0.insert(arn.to_owned(), new);
        Ok(())
    }

    pub(super) fn delete(&mut self, arn: &str) {
        self.0.remove(arn);
    }

    pub(super) fn disable(&mut self, token: &str) {
        for endpoint in self.0.values_mut().filter(|endpoint| endpoint.token == token) {
            endpoint.enabled = false;
        }
    }

    /// An application has one endpoint for a token.
    fn claim(&self, new: &Endpoint, own: Option<&str>) -> Result<(), Fault> {
        let same = |there: &Endpoint| (&there.application, &there.token) == (&new.application, &new.token);
        match self.0.iter().find(|(arn, there)| same(there) && own != Some(arn.as_str())) {
            None => Ok(()),
            Some((arn, _)) => {
                let what = "already exists with the same Token, but different attributes.";
                Err(Fault::invalid(&format!("Token Reason: Endpoint {arn} {what}")))
            }
        }
    }
}
