package sheets

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
)

var (
	// ErrTooLarge says that a file goes on after all that is read of one.
	ErrTooLarge = errors.New("is larger than what is read of a file")
	// ErrBomb says that a packed file holds far more than its size promises.
	ErrBomb = errors.New("is packed so tightly that it cannot be what it says")
	// ErrZip says that a file has to be unpacked first.
	ErrZip = errors.New("is a zip archive: unpack it first, or pack the file in it with gzip")
)

const (
	// MaxFile is how many bytes of a file are read, unpacked, where nothing else
	// is said: the largest that is published is about half as long.
	MaxFile = 16 << 30
	// honest is how much of a packed file is never suspicious; beyond it, one
	// that holds more than tight times its size is. Tables hold about ten times.
	honest = 64 << 20
	tight  = 150
)

// Unpack returns what r holds, unpacked if it is packed with gzip, up to most
// bytes; zero is [MaxFile]. Reading fails with [ErrTooLarge] beyond that and with
// [ErrBomb] where a few bytes make very many. It returns [ErrZip] for an
// archive.
func Unpack(r io.Reader, most int64) (io.Reader, error) {
	if most <= 0 {
		most = MaxFile
	}
	packed := &counted{r: r}
	b := bufio.NewReaderSize(packed, 64<<10)
	head, err := b.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return nil, ErrZip
	case !bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return &bounded{r: b, left: most}, nil
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	return &bounded{r: z, left: most, packed: packed}, nil
}

// counted counts what was read.
type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// bounded ends with an error where there is too much.
type bounded struct {
	r       io.Reader
	left, n int64
	packed  *counted // nil for what is not packed
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.n += int64(n)
	switch {
	case b.n > b.left:
		return 0, ErrTooLarge
	case b.packed != nil && b.n > honest && b.n > tight*b.packed.n:
		return 0, ErrBomb
	}
	return n, err
}
