//! A small REST client. Answers are JSON as the server sent them, so that whoever shows a document shows all of it.

mod error;
mod target;
#[cfg(test)]
mod tests;

use std::time::Duration;

use reqwest::{Url, redirect};
use serde_json::{Value, json};

pub use error::ClientError;
pub use reqwest::Method;
pub use target::path;

/// A server that does not even accept a connection in this time is not there.
const CONNECT: Duration = Duration::from_secs(5);

/// The longest wait for an answer. Every call of the service answers at once except a stop of a large group.
const ANSWER: Duration = Duration::from_secs(60);

/// Speaks to one microscaler as one account.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    token: Option<String>,
}

impl Client {
    /// A client of the service at `target`, a base URL such as `http://localhost:56785/asgcc`, with or without a
    /// slash at its end. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ClientError::Target`] when `target` is no http or https URL, [`ClientError::Tls`] when the machine
    /// has no certificates to check an https target with.
    pub fn new(target: &str, token: Option<&str>) -> Result<Self, ClientError> {
        let base = target::parse(target)?;
        Ok(Self {
            http: build(&base)?,
            base,
            token: token.map(str::to_owned),
        })
    }

    /// The base URL that this client speaks to, with a slash at its end.
    #[must_use]
    pub fn target(&self) -> &str {
        self.base.as_str()
    }

    /// Uses this token from now on.
    pub fn set_token(&mut self, token: &str) {
        self.token = Some(token.to_owned());
    }

    /// Reads what is at a path, which is relative to the target: `asgs`, or what [`path`] makes.
    ///
    /// # Errors
    /// [`ClientError`] tells whether the service refused it or was not there.
    pub async fn get(&self, path: &str) -> Result<Value, ClientError> {
        self.call(Method::GET, path).send().await
    }

    /// Creates something.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, ClientError> {
        self.call(Method::POST, path).body(body).send().await
    }

    /// Changes something.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn put(&self, path: &str, body: &Value) -> Result<Value, ClientError> {
        self.call(Method::PUT, path).body(body).send().await
    }

    /// Deletes something.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn delete(&self, path: &str) -> Result<Value, ClientError> {
        self.call(Method::DELETE, path).send().await
    }

    /// Asks for a token, and uses it from now on.
    ///
    /// # Errors
    /// As [`Self::get`]; a wrong user or key is [`ClientError::Refused`] with status 401.
    pub async fn login(&mut self, user: &str, key: &str) -> Result<String, ClientError> {
        let call = self
            .call(Method::POST, "login")
            .body(&json!({"user": user, "key": key}));
        let answer = call.send().await?;
        match answer.get("token").and_then(Value::as_str) {
            Some(token) => {
                self.set_token(token);
                Ok(token.to_owned())
            }
            None => Err(self.foreign(200, "its answer to the login has no token")),
        }
    }

    /// A call with a query or a condition, sent by [`Call::send`].
    pub fn call(&self, method: Method, path: &str) -> Call<'_> {
        let url = target::join(&self.base, path);
        Call {
            client: self,
            url: url.clone(),
            request: self.http.request(method, url),
        }
    }

    fn foreign(&self, status: u16, what: &str) -> ClientError {
        ClientError::NotMicroscaler {
            target: self.target().to_owned(),
            status,
            what: what.to_owned(),
        }
    }
}

/// One call that is being put together.
#[must_use = "nothing is sent before `send`"]
pub struct Call<'a> {
    client: &'a Client,
    url: Url,
    request: reqwest::RequestBuilder,
}

impl Call<'_> {
    /// Adds a query parameter.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    /// Makes the change depend on the group's generation: refused with 409 when it has a newer one.
    pub fn if_match(mut self, generation: u64) -> Self {
        let tag = format!("\"{generation}\"");
        self.request = self.request.header(reqwest::header::IF_MATCH, tag);
        self
    }

    /// Sends this JSON along.
    pub fn body(mut self, body: &Value) -> Self {
        self.request = self.request.json(body);
        self
    }

    /// Sends it and waits for the answer.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn send(self) -> Result<Value, ClientError> {
        let client = self.client;
        let (http, request) = self.request.build_split();
        let mut request = request.map_err(|e| error::from_transport(client.target(), e))?;
        *request.url_mut() = self.url;
        if let Some(token) = &client.token {
            let header = reqwest::header::HeaderValue::from_str(token).map_err(|_| ClientError::Token)?;
            request
                .headers_mut()
                .insert(reqwest::header::AUTHORIZATION, header);
        }
        let answer = http
            .execute(request)
            .await
            .map_err(|e| error::from_transport(client.target(), e))?;
        let status = answer.status().as_u16();
        let bytes = answer
            .bytes()
            .await
            .map_err(|e| error::from_transport(client.target(), e))?;
        client.read(status, &bytes)
    }
}

impl Client {
    /// Tells an answer of the service from that of something else that listens at the target.
    fn read(&self, status: u16, bytes: &[u8]) -> Result<Value, ClientError> {
        let body: Value = serde_json::from_slice(bytes)
            .map_err(|_| self.foreign(status, &format!("its answer is not JSON: {:?}", beginning(bytes))))?;
        if status == 200 {
            return Ok(body);
        }
        match body.get("message").and_then(Value::as_str) {
            Some(message) => Err(ClientError::Refused {
                status,
                message: message.to_owned(),
            }),
            None => Err(self.foreign(status, "its error has no message")),
        }
    }
}

fn beginning(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().take(60).collect()
}

fn build(base: &Url) -> Result<reqwest::Client, ClientError> {
    // Whoever came first chose the provider; all that matters is that there is one.
    let _already = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("microscaler/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .timeout(ANSWER)
        // A redirect would carry the token to who knows where.
        .redirect(redirect::Policy::none());
    if base.scheme() == "http" {
        // Otherwise the client cannot be built on a machine without certificates, which http does not need.
        builder = builder.tls_certs_only([]);
    }
    if target::is_local(base) {
        // A proxy cannot reach this machine's loopback.
        builder = builder.no_proxy();
    }
    builder.build().map_err(|source| ClientError::Tls {
        target: base.to_string(),
        source,
    })
}
