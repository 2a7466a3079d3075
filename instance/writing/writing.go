// Package writing is what people write and what strangers send, made safe.
//
// # Neighbours' words
//
// [Render] turns the small Markdown that neighbours type into HTML that the
// whole fediverse keeps. [Mentions] and [Hashtags] read the same text first,
// so that everything it names is looked up in one query.
//
// # Strangers' words
//
// [Clean] is the only door for HTML from elsewhere, [CleanName] for names.
// What comes out is safe to place in a page as it is: elements are balanced,
// come from a short allow-list, and every link says where it goes.
//
// # Shorter forms
//
// [Plain], [Paragraphs] and [Excerpt] take the words out of clean HTML,
// [WithTitle] and [SplitTitle] put a title on its first line and take it off,
// [CountCharacters] counts as other servers' composers do.
//
// Everything here is a pure function, safe for concurrent use, and takes time
// in proportion to the length of what it is given.
package writing

// Limits on one text. What lies beyond is left out or left plain.
const (
	// MaxSource is how much Markdown is read, in bytes.
	MaxSource = 64 << 10
	// MaxHTML is how much clean HTML one text may become, in bytes; a little
	// more for the end tags that close it.
	MaxHTML = 256 << 10
	// MaxHashtags is how many different hashtags of one text are links.
	MaxHashtags = 30
	// MaxMentions is how many different people of one text are mentioned.
	MaxMentions = 50
)

// maxMarkup is how much of strangers' HTML is looked at, in bytes. It is well
// above MaxHTML so that cleaning twice cuts no deeper than cleaning once.
const maxMarkup = 1 << 20

// maxDepth is how many elements may stand open inside one another.
const maxDepth = 24
