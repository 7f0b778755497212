//! S3, Google Cloud Storage and Azure Blob Storage, by the crate `object_store`.

use std::collections::HashMap;
use std::future::Future;
use std::io::{self, ErrorKind};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::path::Path;
use object_store::{
    Error, GetOptions, GetRange, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode,
    PutPayload,
};
use tokio::runtime::{Builder, Runtime};

use super::{Head, Object, Parts};
use crate::fork::PerProcess;
use crate::stop::Stop;

/// How often it is looked whether work is to stop.
const TICK: Duration = Duration::from_millis(50);

/// How long a stopped job waits for what it takes back.
const FAREWELL: Duration = Duration::from_millis(500);

type Stores = HashMap<(String, Vec<(String, String)>), Arc<dyn ObjectStore>>;

/// Those that are known, by their URLs and what the environment said: they keep connections.
static STORES: PerProcess<Mutex<Stores>> = PerProcess::new();

static RUNTIME: PerProcess<io::Result<Runtime>> = PerProcess::new();

#[derive(Clone)]
struct Cloud {
    store: Arc<dyn ObjectStore>,
    key: Path,
    stop: Stop,
}

pub(super) fn object(scheme: &str, rest: &str, stop: &Stop) -> io::Result<Box<dyn Object>> {
    let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
    let store = store(scheme, bucket)?;
    // As it stands: nothing in it is decoded.
    let key = Path::parse(key).map_err(|error| io::Error::new(ErrorKind::InvalidInput, error))?;
    Ok(Box::new(Cloud { store, key, stop: stop.clone() }))
}

/// The store of a bucket, by what the environment says of it.
fn store(scheme: &str, bucket: &str) -> io::Result<Arc<dyn ObjectStore>> {
    let prefix = match scheme {
        "s3" => "AWS_",
        "gs" => "GOOGLE_",
        "az" => "AZURE_",
        _ => {
            let message = format!("no store is known by {scheme}://: expected s3, gs or az");
            return Err(io::Error::new(ErrorKind::InvalidInput, message));
        }
    };
    let mut said: Vec<_> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with(prefix))
        .collect();
    said.sort();
    let url = format!("{scheme}://{bucket}");
    let stores = STORES.get_or_make(|_| Some(Mutex::default()));
    let stores = stores.ok_or(ErrorKind::Unsupported)?;
    let mut stores = stores.lock().unwrap_or_else(PoisonError::into_inner);
    let known = (url.clone(), said);
    if let Some(store) = stores.get(&known) {
        return Ok(store.clone());
    }
    let store: Arc<dyn ObjectStore> = match scheme {
        "s3" => Arc::new(AmazonS3Builder::from_env().with_url(url).build().map_err(told)?),
        "gs" => {
            Arc::new(GoogleCloudStorageBuilder::from_env().with_url(url).build().map_err(told)?)
        }
        _ => Arc::new(MicrosoftAzureBuilder::from_env().with_url(url).build().map_err(told)?),
    };
    stores.insert(known, store.clone());
    Ok(store)
}

fn runtime() -> io::Result<&'static Runtime> {
    let make = |_| Some(Builder::new_current_thread().enable_all().build());
    RUNTIME
        .get_or_make(make)
        .ok_or(ErrorKind::Unsupported)?
        .as_ref()
        .map_err(|error| io::Error::new(error.kind(), error.to_string()))
}

impl Cloud {
    fn wait<T>(&self, answer: impl Future<Output = object_store::Result<T>>) -> io::Result<T> {
        wait(&self.stop, answer)?.map_err(told)
    }
}

/// Waits for an answer, or until work is to stop.
fn wait<T>(stop: &Stop, answer: impl Future<Output = T>) -> io::Result<T> {
    let stopped = async {
        while !stop.is_stopped() {
            tokio::time::sleep(TICK).await;
        }
    };
    let first = async {
        tokio::select! {
            biased;
            () = stopped => None,
            answer = answer => Some(answer),
        }
    };
    // Not of the kind `Interrupted`, at which readers try again.
    runtime()?.block_on(first).ok_or_else(|| io::Error::other("stopped"))
}

impl Object for Cloud {
    fn head(&self) -> io::Result<Option<Head>> {
        if self.key.as_ref().is_empty() {
            return Ok(None);
        }
        match wait(&self.stop, self.store.head(&self.key))? {
            Ok(meta) => Ok(Some(head(meta))),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(told(error)),
        }
    }

    fn read(&self, range: Range<u64>, head: &Head) -> io::Result<Bytes> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            if_match: head.mark.clone(),
            ..GetOptions::default()
        };
        self.wait(async { self.store.get_opts(&self.key, options).await?.bytes().await })
    }

    fn below(&self, most: usize) -> io::Result<Vec<(String, u64)>> {
        let objects = self.store.list(Some(&self.key)).map_ok(|meta| {
            let parts = meta.location.prefix_match(&self.key);
            let parts = parts.map(|parts| parts.map(|p| p.as_ref().to_owned()).collect::<Vec<_>>());
            (parts.unwrap_or_default().join("/"), meta.size)
        });
        // A store may have an object for the directory itself.
        let objects = objects.try_filter(|(name, _)| std::future::ready(!name.is_empty()));
        self.wait(objects.take(most).try_collect())
    }

    fn put(&self, bytes: Bytes, replaces: bool) -> io::Result<()> {
        let mode = if replaces { PutMode::Overwrite } else { PutMode::Create };
        let payload = PutPayload::from(bytes);
        let put = self.store.put_opts(&self.key, payload.clone(), mode.into());
        match wait(&self.stop, put)? {
            // Not every store can put what is absent only.
            Err(Error::NotImplemented { .. } | Error::NotSupported { .. }) if !replaces => {
                if self.head()?.is_some() {
                    return Err(ErrorKind::AlreadyExists.into());
                }
                self.wait(self.store.put(&self.key, payload))?;
            }
            done => {
                done.map_err(told)?;
            }
        }
        Ok(())
    }

    fn begin(&self) -> io::Result<Box<dyn Parts>> {
        let upload = self.wait(self.store.put_multipart(&self.key))?;
        Ok(Box::new(InParts { upload, stop: self.stop.clone() }))
    }
}

struct InParts {
    upload: Box<dyn MultipartUpload>,
    stop: Stop,
}

impl Parts for InParts {
    fn put(&mut self, part: Bytes) -> io::Result<()> {
        wait(&self.stop, self.upload.put_part(part.into()))?.map_err(told)
    }

    fn complete(&mut self) -> io::Result<()> {
        wait(&self.stop, self.upload.complete())?.map_err(told).map(|_| ())
    }

    fn abort(&mut self) {
        // What is left where the store does not answer is no object, and invisible to readers.
        if let Ok(runtime) = runtime() {
            let abort = async { tokio::time::timeout(FAREWELL, self.upload.abort()).await };
            drop(runtime.block_on(abort));
        }
    }
}

fn head(meta: ObjectMeta) -> Head {
    let changed = meta.last_modified.timestamp_nanos_opt().unwrap_or(0);
    Head { bytes: meta.size, changed: u64::try_from(changed).unwrap_or(0), mark: meta.e_tag }
}

/// What a store said, in a line.
fn told(error: Error) -> io::Error {
    let text = match &error {
        Error::AlreadyExists { .. } => "is there already: not overwritten".to_owned(),
        Error::Precondition { .. } => "has changed while it was read".to_owned(),
        error => in_short(error),
    };
    let says = |codes: &[&str]| codes.iter().any(|code| text.starts_with(code));
    let kind = match &error {
        Error::NotFound { .. } => ErrorKind::NotFound,
        Error::AlreadyExists { .. } => ErrorKind::AlreadyExists,
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            ErrorKind::PermissionDenied
        }
        // Lists fail in a general way.
        _ if says(&["NoSuchBucket:", "ContainerNotFound:"]) => ErrorKind::NotFound,
        _ if says(&["AccessDenied:", "AuthorizationFailure:"]) => ErrorKind::PermissionDenied,
        _ => ErrorKind::Other,
    };
    io::Error::new(kind, text)
}

/// The message that the store wrote into its answer, if there is one, else all that is known.
fn in_short(error: &Error) -> String {
    let mut text = error.to_string();
    // Causes are in the text already, but for those of a connection that failed.
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = inner.source();
    }
    let between = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        Some(rest.split_once(&format!("</{name}>"))?.0)
    };
    let text = match (between("Code"), between("Message")) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        _ => text,
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use object_store::memory::InMemory;

    use super::super::Upload;
    use super::*;
    use std::io::Write;

    fn cloud(store: &Arc<InMemory>, key: &str) -> Cloud {
        Cloud { store: store.clone(), key: Path::parse(key).unwrap(), stop: Stop::default() }
    }

    /// Writes an object of so many bytes, each of which tells its place.
    fn write(object: &Cloud, bytes: usize, replaces: bool) -> Upload {
        let mut upload = Upload::new(Box::new(object.clone()), replaces, bytes as u64);
        let all: Vec<_> = (0..bytes).map(|at| (at % 251) as u8).collect();
        upload.write_all(&all).unwrap();
        upload
    }

    #[test]
    fn an_upload_appears_when_it_is_complete() {
        let store = Arc::new(InMemory::new());
        for bytes in [0, 10, 16 << 20, (33 << 20) + 5] {
            let object = cloud(&store, &format!("a/{bytes}"));
            let mut upload = write(&object, bytes, false);
            upload.sync().unwrap();
            assert!(object.head().unwrap().is_none());
            assert_eq!(upload.complete().unwrap(), bytes as u64);
            let head = object.head().unwrap().unwrap();
            assert_eq!(head.bytes, bytes as u64);
            let read = object.read(0..bytes.max(1) as u64, &head).unwrap_or_default();
            assert!(read.iter().enumerate().all(|(at, byte)| *byte == (at % 251) as u8));
            assert_eq!(read.len(), bytes);
        }
        let mut names = cloud(&store, "a").below(usize::MAX).unwrap();
        names.sort();
        let expected = [("0", 0), ("10", 10), ("16777216", 16 << 20), ("34603013", (33 << 20) + 5)];
        assert_eq!(names, expected.map(|(name, bytes)| (name.to_owned(), bytes)));
        assert_eq!(cloud(&store, "a").below(2).unwrap().len(), 2);
        assert!(cloud(&store, "").head().unwrap().is_none());
    }

    #[test]
    fn an_upload_replaces_nothing_unless_told() {
        let store = Arc::new(InMemory::new());
        for bytes in [10, 20 << 20] {
            let object = cloud(&store, &format!("{bytes}"));
            write(&object, 3, false).complete().unwrap();
            let refused = write(&object, bytes, false).complete().unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::AlreadyExists);
            assert_eq!(object.head().unwrap().unwrap().bytes, 3);
            drop(write(&object, bytes, true));
            assert_eq!(object.head().unwrap().unwrap().bytes, 3);
            write(&object, bytes, true).complete().unwrap();
            assert_eq!(object.head().unwrap().unwrap().bytes, bytes as u64);
        }
    }

    #[test]
    fn an_object_that_changes_is_not_read_on() {
        let store = Arc::new(InMemory::new());
        let object = cloud(&store, "a");
        write(&object, 10, true).complete().unwrap();
        let head = object.head().unwrap().unwrap();
        assert_eq!(object.read(2..4, &head).unwrap(), &[2, 3][..]);
        write(&object, 11, true).complete().unwrap();
        let changed = object.read(2..4, &head).unwrap_err();
        assert_eq!(changed.to_string(), "has changed while it was read");
    }

    #[test]
    fn a_stopped_wait_ends() {
        let object = cloud(&Arc::new(InMemory::new()), "a");
        object.stop.stop();
        let stopped = wait(&object.stop, std::future::pending::<()>());
        assert_eq!(stopped.unwrap_err().to_string(), "stopped");
        assert!(object.head().is_err());
    }
}
