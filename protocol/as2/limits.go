package as2

// The limits of a document. [Parse] refuses what passes one of them.
const (
	MaxBytes       = 1 << 20   // bytes of a document
	MaxDepth       = 64        // objects and lists within one another
	MaxValues      = 50_000    // values of every kind in a document, names not counted
	MaxProperties  = 1_000     // properties of one object
	MaxString      = 256 << 10 // bytes of one string or number as sent
	MaxID          = 2 << 10   // bytes of an id or of a property's name
	MaxRecipients  = 1_000     // entries of to, cc, bto, bcc and audience each
	MaxAttachments = 100       // entries of attachment
	MaxTags        = 1_000     // entries of tag
)

// MaxLine is the number of bytes that [Object.Line] returns at most: enough for
// every name and title that is meant to be one.
const MaxLine = 2 << 10

// listLimit returns how many entries a list may have that stands under name.
func listLimit(name []byte) int {
	switch string(name) {
	case "to", "cc", "bto", "bcc", "audience":
		return MaxRecipients
	case "attachment":
		return MaxAttachments
	case "tag":
		return MaxTags
	default:
		return MaxValues
	}
}

// forbidden tells whether name is a keyword that [Parse] refuses.
func forbidden(name []byte) bool {
	switch string(name) {
	case "@graph", "@included", "@reverse":
		return true
	default:
		return false
	}
}
