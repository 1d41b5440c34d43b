//! A server of a test's own.

use std::net::SocketAddr;

use axum::Router;

/// Routes on a free port of this machine, on a thread of their own until this is dropped.
pub(crate) struct LocalServer {
    address: SocketAddr,
    _stop: tokio::sync::oneshot::Sender<()>,
}

impl LocalServer {
    /// Serves what is made for the URL.
    pub(crate) fn start(routes: impl FnOnce(&str) -> Router) -> Self {
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a non-blocking listener");
        let address = listener.local_addr().expect("a bound listener has an address");
        let routes = routes(&format!("http://{address}"));
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener of this runtime");
                tokio::select! {
                    _ = axum::serve(listener, routes).into_future() => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address, _stop: stop }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn port(&self) -> String {
        self.address.port().to_string()
    }
}
