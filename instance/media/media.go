// Package media takes in pictures, keeps them and shows them.
//
// # In
//
// [Pictures.Add] reads JPEG, PNG, GIF and WebP by their bytes, refuses
// anything else and anything too large before decoding it, turns photographs
// upright and writes every picture anew: what comes out is pixels only, with
// no place, camera, comment or hidden second file from what came in.
//
// # Kept
//
// A [Store] keeps files under names nobody can guess: [Folder] on a disk,
// [Bucket] in any S3-compatible store.
//
// # Out
//
// [Pictures.Serve] answers with a picture and with headers under which no
// browser can take it for anything else.
package media

import (
	"errors"
	"fmt"

	"golang.org/x/sync/semaphore"
)

// Why a picture is refused or cannot be had. Those about the picture itself
// come inside a [*Refusal].
var (
	// ErrUnsupported means that the file is not a picture of a kind we read.
	ErrUnsupported = errors.New("not a picture we can read")
	// ErrTooLarge means that the file has too many bytes.
	ErrTooLarge = errors.New("file is too large")
	// ErrTooManyPixels means that the picture, or all pictures of an animation
	// together, have too many pixels.
	ErrTooManyPixels = errors.New("picture has too many pixels")
	// ErrTooManyFrames means that an animation is too long.
	ErrTooManyFrames = errors.New("animation has too many frames")
	// ErrBroken means that the file begins like a picture and is not one.
	ErrBroken = errors.New("picture is broken")
	// ErrFull means that the store has no room left. Nothing was kept.
	ErrFull = errors.New("no room left for pictures")
	// ErrNotFound means that there is no such picture.
	ErrNotFound = errors.New("no such picture")
)

// Refusal says why a picture was not taken, in terms that a page can put into
// a sentence.
type Refusal struct {
	// Reason is one of the errors of this package.
	Reason error
	// Found is what the file seems to be, such as "heic", "svg" or "gif"; ""
	// if nothing known.
	Found string
	// Limit is what would have been taken: bytes for [ErrTooLarge], pixels for
	// [ErrTooManyPixels], frames for [ErrTooManyFrames], else 0.
	Limit int64
	// Cause is what the decoder said of a broken picture, or nil.
	Cause error
}

// Error describes the refusal for a log.
func (r *Refusal) Error() string {
	s := r.Reason.Error()
	if r.Found != "" {
		s += " (" + r.Found + ")"
	}
	if r.Limit > 0 {
		s = fmt.Sprintf("%s, limit %d", s, r.Limit)
	}
	if r.Cause != nil {
		s += ": " + r.Cause.Error()
	}
	return s
}

// Unwrap returns the reason and the cause.
func (r *Refusal) Unwrap() []error {
	if r.Cause == nil {
		return []error{r.Reason}
	}
	return []error{r.Reason, r.Cause}
}

// Kind sorts what was refused for its kind into what people can do about it:
// photo is one of a kind that has to be converted, animation one that has to be
// a GIF; video, audio, drawing and document are not taken at all. It is empty
// for anything else.
func (r *Refusal) Kind() string {
	if !errors.Is(r.Reason, ErrUnsupported) {
		return ""
	}
	switch r.Found {
	case "heic", "avif", "tiff", "jxl", "bmp", "psd":
		return "photo"
	case "animated webp":
		return "animation"
	case "video", "audio":
		return r.Found
	case "svg":
		return "drawing"
	case "pdf", "zip", "html", "json":
		return "document"
	}
	return ""
}

// Options are the limits on what is taken in. Zero means the default.
type Options struct {
	// MaxBytes is the size of a file as it comes in; 16 MiB.
	MaxBytes int64
	// MaxPixels is width times height; 33,177,600, as 7680 × 4320. As many
	// pixels are decoded at the same time at most, at about 15 bytes each in
	// the worst case.
	MaxPixels int64
	// MaxFrames is the number of pictures in an animation; 400.
	MaxFrames int
	// MaxAnimation is the pixels of all pictures of an animation together;
	// 32 Mi.
	MaxAnimation int64
	// LongSide is the longer side of a picture as it is kept; 2048 pixels.
	LongSide int
	// ThumbSide is the longer side of a thumbnail; 640 pixels.
	ThumbSide int
}

// Types are the media types that [Pictures.Add] takes.
func Types() []string { return []string{"image/jpeg", "image/png", "image/gif", "image/webp"} }

// Pictures takes in pictures and shows them.
type Pictures struct {
	store    Store
	limits   Options
	decoding *semaphore.Weighted // pixels being decoded
}

// New returns pictures kept in store.
func New(store Store, o Options) *Pictures {
	o = o.withDefaults()
	return &Pictures{store: store, limits: o, decoding: semaphore.NewWeighted(max(o.MaxPixels, o.MaxAnimation))}
}

// Limits returns the limits in force, to tell people and their programs.
func (p *Pictures) Limits() Options { return p.limits }

func (o Options) withDefaults() Options {
	if o.MaxBytes <= 0 {
		o.MaxBytes = 16 << 20
	}
	if o.MaxPixels <= 0 {
		o.MaxPixels = 7680 * 4320
	}
	if o.MaxFrames <= 0 {
		o.MaxFrames = 400
	}
	if o.MaxAnimation <= 0 {
		o.MaxAnimation = 32 << 20
	}
	if o.LongSide <= 0 {
		o.LongSide = 2048
	}
	if o.ThumbSide <= 0 {
		o.ThumbSide = 640
	}
	return o
}
