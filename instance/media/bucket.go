package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// BucketOptions say where a [Bucket] is and how to get in.
type BucketOptions struct {
	// Endpoint is host or host:port, without a scheme.
	Endpoint string
	// Bucket is its name. It must exist, and need not be readable by others:
	// pictures are served through [Pictures.Serve].
	Bucket string
	// Region is where it is; many stores take "us-east-1" or "auto".
	Region string
	// AccessKey and SecretKey are the credentials.
	AccessKey, SecretKey string
	// Prefix comes before every name, such as "media/"; it may be empty.
	Prefix string
	// Insecure speaks HTTP instead of HTTPS, for a store on the same machine.
	Insecure bool
	// HostStyle puts the bucket's name into the host instead of the path.
	HostStyle bool
	// Transport carries the requests; nil means one that minio-go makes.
	Transport http.RoundTripper
}

// Bucket is a [Store] in any S3-compatible object store.
type Bucket struct {
	client         *minio.Client
	bucket, prefix string
}

// OpenBucket returns the store. It asks the network nothing yet.
func OpenBucket(o BucketOptions) (*Bucket, error) {
	lookup := minio.BucketLookupPath
	if o.HostStyle {
		lookup = minio.BucketLookupDNS
	}
	client, err := minio.New(o.Endpoint, &minio.Options{
		Creds:        credentials.NewStaticV4(o.AccessKey, o.SecretKey, ""),
		Secure:       !o.Insecure,
		Region:       o.Region,
		BucketLookup: lookup,
		Transport:    o.Transport,
	})
	if err != nil {
		return nil, fmt.Errorf("open bucket %s: %w", o.Bucket, err)
	}
	return &Bucket{client: client, bucket: o.Bucket, prefix: o.Prefix}, nil
}

// Put keeps content in one request: an object store shows all of it or none.
func (b *Bucket) Put(ctx context.Context, name string, content []byte) error {
	_, err := b.client.PutObject(ctx, b.bucket, b.prefix+name, bytes.NewReader(content), int64(len(content)), minio.PutObjectOptions{
		ContentType:      typeOf(name),
		DisableMultipart: true,
	})
	if err != nil {
		return fmt.Errorf("put %s: %w", name, meaning(err))
	}
	return nil
}

// Open returns the object called name. It is read as the caller reads it.
func (b *Bucket) Open(ctx context.Context, name string) (*File, error) {
	object, err := b.client.GetObject(ctx, b.bucket, b.prefix+name, minio.GetObjectOptions{})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, meaning(err))
	}
	info, err := object.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", name, meaning(err)), object.Close())
	}
	return &File{ReadSeekCloser: object, Size: info.Size, Modified: info.LastModified}, nil
}

// Delete removes the object called name.
func (b *Bucket) Delete(ctx context.Context, name string) error {
	err := meaning(b.client.RemoveObject(ctx, b.bucket, b.prefix+name, minio.RemoveObjectOptions{}))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("delete %s: %w", name, err)
	}
	return nil
}

// meaning marks what a store says with the errors of this package.
func meaning(err error) error {
	if err == nil {
		return nil
	}
	switch answer := minio.ToErrorResponse(err); {
	case answer.Code == minio.NoSuchKey:
		return fmt.Errorf("%w: %w", ErrNotFound, err)
	case answer.StatusCode == http.StatusInsufficientStorage, answer.Code == "QuotaExceeded", answer.Code == "XMinioStorageFull":
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}
