package media

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// Picture is a picture as it is kept.
type Picture struct {
	// File and Thumb are names for [Pictures.Serve] and [Pictures.Delete].
	// Neither can be guessed, nor one from the other.
	File, Thumb string
	// Type is the media type of File: image/jpeg, image/png or, for an
	// animation, image/gif. Thumb is always image/jpeg.
	Type string
	// Width and Height are File's, in pixels, upright.
	Width, Height int
	// ThumbWidth and ThumbHeight are Thumb's.
	ThumbWidth, ThumbHeight int
	// Blurhash stands for the picture until it arrives.
	Blurhash string
	// Bytes is the size of File, ThumbBytes that of Thumb.
	Bytes, ThumbBytes int64
}

// Aspect returns width divided by height.
func (p Picture) Aspect() float64 {
	if p.Height == 0 {
		return 0
	}
	return float64(p.Width) / float64(p.Height)
}

// Add takes in one picture and keeps it with its thumbnail, both or neither.
//
// It returns a [*Refusal] for what it does not take, [ErrFull] if the store
// has no room, and what ctx says if it ends first; pictures wait for one
// another so that memory stays bounded.
func (p *Pictures) Add(ctx context.Context, r io.Reader) (Picture, error) {
	b, err := p.read(r)
	if err != nil {
		return Picture{}, err
	}
	made, err := p.remake(ctx, b)
	if err != nil {
		return Picture{}, err
	}
	if err := p.keep(ctx, made); err != nil {
		return Picture{}, err
	}
	return made.Picture, nil
}

// Rewrite writes a picture anew as [Pictures.Add] does, for whoever keeps it
// elsewhere, and returns it with its media type.
func (p *Pictures) Rewrite(ctx context.Context, r io.Reader) (content []byte, kind string, err error) {
	b, err := p.read(r)
	if err != nil {
		return nil, "", err
	}
	made, err := p.remake(ctx, b)
	return made.file, made.Type, err
}

// read returns a file that is not too large.
func (p *Pictures) read(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, p.limits.MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read picture: %w", err)
	}
	if int64(len(b)) > p.limits.MaxBytes {
		return nil, &Refusal{Reason: ErrTooLarge, Limit: p.limits.MaxBytes}
	}
	return b, nil
}

// remade is a picture written anew and not kept yet.
type remade struct {
	Picture
	file, thumb []byte
}

// remake decodes a picture and writes it anew, in its turn.
func (p *Pictures) remake(ctx context.Context, b []byte) (remade, error) {
	m, err := measure(b, p.limits)
	if err != nil {
		return remade{}, err
	}
	if err := p.decoding.Acquire(ctx, m.pixels); err != nil {
		return remade{}, fmt.Errorf("wait to decode picture: %w", err)
	}
	defer p.decoding.Release(m.pixels)

	picture, err := decode(b, m, p.limits.LongSide)
	if err != nil {
		return remade{}, err
	}
	made := remade{Picture: Picture{Width: picture.Rect.Dx(), Height: picture.Rect.Dy()}}
	extension := "gif"
	if m.frames > 1 {
		made.file, err = rewriteAnimation(b)
	} else {
		made.file, extension, err = encode(picture, m.format)
	}
	if err != nil {
		return remade{}, err
	}
	thumb := shrink(picture, p.limits.ThumbSide)
	if made.thumb, err = encodeJPEG(thumb); err != nil {
		return remade{}, err
	}
	if made.Blurhash, err = blur(thumb); err != nil {
		return remade{}, err
	}
	made.ThumbWidth, made.ThumbHeight = thumb.Rect.Dx(), thumb.Rect.Dy()
	made.Bytes, made.ThumbBytes = int64(len(made.file)), int64(len(made.thumb))
	made.Type = typeOf("." + extension)
	made.File, made.Thumb = newName(extension), newName("jpg")
	return made, nil
}

// keep stores both files, or removes the first if the second cannot be.
func (p *Pictures) keep(ctx context.Context, made remade) error {
	if err := p.store.Put(ctx, made.File, made.file); err != nil {
		return fmt.Errorf("keep picture %s: %w", made.File, err)
	}
	if err := p.store.Put(ctx, made.Thumb, made.thumb); err != nil {
		undo := p.store.Delete(context.WithoutCancel(ctx), made.File)
		return errors.Join(fmt.Errorf("keep thumbnail %s: %w", made.Thumb, err), undo)
	}
	return nil
}

// Delete removes files by their names. Those that are not there, and "", are
// no error, so that it can be tried again.
func (p *Pictures) Delete(ctx context.Context, names ...string) error {
	var failed error
	for _, name := range names {
		if !isName(name) {
			continue
		}
		if err := p.store.Delete(ctx, name); err != nil {
			failed = errors.Join(failed, fmt.Errorf("delete picture %s: %w", name, err))
		}
	}
	return failed
}

// newName returns a name of 128 random bits, in one of 256 folders.
func newName(extension string) string {
	var random [16]byte
	// Read never fails: it ends the program instead.
	_, _ = rand.Read(random[:])
	name := hex.EncodeToString(random[:])
	return name[:2] + "/" + name + "." + extension
}

// isName reports whether name is one that newName can have made. No other
// reaches a store.
func isName(name string) bool {
	folder, file, _ := strings.Cut(name, "/")
	stem := strings.TrimSuffix(file, path.Ext(file))
	if typeOf(file) == "" || len(stem) != 32 || folder != stem[:2] {
		return false
	}
	return strings.Trim(stem, "0123456789abcdef") == ""
}

// typeOf returns the media type for a file's extension, "" for any that is
// not served.
func typeOf(file string) string {
	switch path.Ext(file) {
	case ".jpg":
		return "image/jpeg"
	case ".png":
		return "image/png"
	case ".gif":
		return "image/gif"
	}
	return ""
}
