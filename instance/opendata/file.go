package opendata

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
)

// Kept is how long a file is given out before it is written anew: what somebody
// takes back is gone from it within that.
const Kept = 10 * time.Minute

// Reader hands on the rows of a table one after the other, reading them page by
// page. It ends with the first error of write.
type Reader func(ctx context.Context, write func(Row) error) error

// Service gives out tables, each written at most once within [Kept] however many
// ask for it.
type Service struct {
	Options

	mu   sync.Mutex
	kept map[string]*kept
}

// Options are what a [Service] stands on.
type Options struct {
	Now     func() time.Time
	Licence Licence
	Base    string // of all addresses, without a slash at the end
	// Readers read the tables by their names.
	Readers map[string]Reader
}

// New returns a service on o.
func New(o Options) *Service { return &Service{Options: o, kept: map[string]*kept{}} }

// kept is a file and who writes it.
type kept struct {
	writing sync.Mutex
	file    *File
}

// File is a table as it was written.
type File struct {
	MediaType string
	At        time.Time // when it was written
	Tag       string    // names what it says, in any encoding
	packed    []byte    // gzip
}

// File returns a table in a format. Whoever asks while it is being written waits
// for that.
func (s *Service) File(ctx context.Context, set *Set, format Format) (*File, error) {
	name := set.Name + "." + string(format)
	s.mu.Lock()
	k, ok := s.kept[name]
	if !ok {
		k = &kept{}
		s.kept[name] = k
	}
	s.mu.Unlock()

	k.writing.Lock()
	defer k.writing.Unlock()
	if now := s.Now(); k.file == nil || now.Sub(k.file.At).Abs() >= Kept {
		f, err := s.write(ctx, set, format)
		if err != nil {
			return nil, fmt.Errorf("open data %s: %w", name, err)
		}
		k.file = f
	}
	return k.file, nil
}

// write writes a table page by page into packed bytes, so that a large one takes
// no more room than that.
func (s *Service) write(ctx context.Context, set *Set, format Format) (*File, error) {
	f := &File{MediaType: format.MediaType(), At: s.Now()}
	var packed bytes.Buffer
	sum := sha256.New()
	z := gzip.NewWriter(&packed)
	w, err := newWriter(io.MultiWriter(z, sum), set, format, About{Dataset: set.Name, Licence: string(s.Licence), Page: s.Page()})
	if err != nil {
		return nil, err
	}
	if err := s.Readers[set.Name](ctx, w.row); err != nil {
		return nil, err
	}
	if err := w.end(); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	f.packed, f.Tag = packed.Bytes(), `W/"`+base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:12])+`"`
	return f, nil
}

// Packed is the file in gzip.
func (f *File) Packed() []byte { return f.packed }

// WriteTo writes the file to w as it is.
func (f *File) WriteTo(w io.Writer) (int64, error) {
	z, err := gzip.NewReader(bytes.NewReader(f.packed))
	if err != nil {
		return 0, err
	}
	return io.Copy(w, z)
}
