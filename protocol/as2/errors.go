package as2

import (
	"errors"
	"fmt"
)

// Why a document is refused. All of them wrap [ErrRefused].
var (
	// ErrRefused is wrapped by every error of [Parse] and of the Read
	// functions: the document is at fault, and sending it again will not help.
	ErrRefused = errors.New("document refused")

	// ErrMalformed is returned for bytes that are not one JSON object: syntax,
	// a name that occurs twice, invalid UTF-8, a lone surrogate, bytes behind
	// the end.
	ErrMalformed = fmt.Errorf("%w: malformed JSON", ErrRefused)

	// ErrTooLarge is returned when one of the limits is passed: bytes of the
	// document, of a string or of an id, values, recipients, attachments, tags.
	ErrTooLarge = fmt.Errorf("%w: too large", ErrRefused)

	// ErrTooDeep is returned for more than [MaxDepth] nested values.
	ErrTooDeep = fmt.Errorf("%w: nested too deeply", ErrRefused)

	// ErrForbiddenKeyword is returned for @graph, @included and @reverse,
	// which rearrange a document without changing its meaning to a JSON-LD
	// processor, and so let one reader see what another one does not.
	ErrForbiddenKeyword = fmt.Errorf("%w: forbidden keyword", ErrRefused)

	// ErrNoType is returned when a document that needs a type has none.
	ErrNoType = fmt.Errorf("%w: no type", ErrRefused)

	// ErrWrongType is returned when a document is of another kind than asked
	// for.
	ErrWrongType = fmt.Errorf("%w: wrong type", ErrRefused)

	// ErrNoID is returned when a document that needs an id has none.
	ErrNoID = fmt.Errorf("%w: no id", ErrRefused)

	// ErrNotOne is returned when a property that must hold exactly one value
	// holds none or several, such as actor.
	ErrNotOne = fmt.Errorf("%w: not exactly one value", ErrRefused)
)
