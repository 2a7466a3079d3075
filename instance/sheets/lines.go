package sheets

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// line is a line of a file without its end. Of one that is too long, long, the
// text is not kept.
type line struct {
	text   []byte
	number int
	long   bool
}

// lines reads a file line by line; some can be put back.
type lines struct {
	r      *bufio.Reader
	buf    []byte
	number int
	again  []line
}

// next returns the next line, whose text holds until the call after. It returns
// [io.EOF] after the last one.
func (l *lines) next() (line, error) {
	if len(l.again) > 0 {
		first := l.again[0]
		l.again = l.again[1:]
		return first, nil
	}
	l.buf = l.buf[:0]
	read, long := false, false
	for {
		part, err := l.r.ReadSlice('\n')
		read = read || len(part) > 0
		if long = long || len(l.buf)+len(part) > MaxRow; !long {
			l.buf = append(l.buf, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && (!errors.Is(err, io.EOF) || !read):
			return line{}, err
		}
		break
	}
	l.number++
	if long {
		return line{number: l.number, long: true}, nil
	}
	return line{text: bytes.TrimRight(l.buf, "\r\n"), number: l.number}, nil
}

// back puts lines back, to be read again; their texts are the caller's to give.
func (l *lines) back(again []line) { l.again = append(again, l.again...) }
