package writing

import (
	"bytes"
	"strings"
	"sync"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown is the reader of what neighbours write: paragraphs, headings,
// lists, quotes, fenced code, emphasis, code, links, and what people type
// anyway: bare addresses, @handles and #hashtags. Indented code, rules,
// tables, HTML and reference links are left out, because they are typed by
// accident more often than meant.
var markdown = sync.OnceValue(func() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewListParser(), 300),
			util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewATXHeadingParser(), 600),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
			util.Prioritized(parser.NewBlockquoteParser(), 800),
			util.Prioritized(paragraphParser{parser.NewParagraphParser()}, 1000),
		),
		parser.WithInlineParsers(
			util.Prioritized(parser.NewCodeSpanParser(), 100),
			util.Prioritized(parser.NewLinkParser(), 200),
			util.Prioritized(parser.NewAutoLinkParser(), 300),
			util.Prioritized(addressParser{}, 350),
			util.Prioritized(mentionParser{}, 360),
			util.Prioritized(hashtagParser{}, 370),
			util.Prioritized(parser.NewEmphasisParser(), 500),
		),
	)
})

// paragraphParser takes indented lines too: there is no indented code.
type paragraphParser struct{ parser.BlockParser }

func (paragraphParser) CanAcceptIndentedLine() bool { return true }

// parse reads source and returns it as it was read: legible and not too long.
func parse(source string) (ast.Node, []byte) {
	b := []byte(shallow(legible(cutBytes(source, MaxSource))))
	return markdown().Parse(text.NewReader(b)), b
}

// shallow returns source with the markers of lists and quotes escaped where a
// line begins with more of them than anybody means: reading each takes time
// in proportion to how many there are.
func shallow(source string) string {
	var b strings.Builder
	for line := range strings.Lines(source) {
		marked := len(line) - len(strings.TrimLeft(line, "-*+> \t0123456789.)"))
		if marked > maxMarked {
			if i := strings.IndexAny(line[maxMarked:marked], "-*+>.)"); i >= 0 {
				b.WriteString(line[:maxMarked+i])
				b.WriteByte('\\')
				line = line[maxMarked+i:]
			}
		}
		b.WriteString(line)
	}
	return b.String()
}

// maxMarked is how many bytes of one line may be markers of lists and quotes.
const maxMarked = 128

// mention is an @handle in the text.
type mention struct {
	ast.BaseInline
	handle string // name or name@host, lower-case
	shown  string // as it was typed, with the @
}

// hashtag is a #tag in the text.
type hashtag struct {
	ast.BaseInline
	tag   string // normalised
	shown string // as it was typed, with the #
}

// address is a bare web address in the text.
type address struct {
	ast.BaseInline
	href string
}

var (
	kindMention = ast.NewNodeKind("Mention")
	kindHashtag = ast.NewNodeKind("Hashtag")
	kindAddress = ast.NewNodeKind("Address")
)

func (*mention) Kind() ast.NodeKind { return kindMention }
func (*hashtag) Kind() ast.NodeKind { return kindHashtag }
func (*address) Kind() ast.NodeKind { return kindAddress }

// Dump prints the node for debugging, as [ast.Node] wants.
func (n *mention) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// Dump prints the node for debugging, as [ast.Node] wants.
func (n *hashtag) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// Dump prints the node for debugging, as [ast.Node] wants.
func (n *address) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

type mentionParser struct{}

func (mentionParser) Trigger() []byte { return []byte{'@'} }

func (mentionParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	n := handleAt(line, block.PrecendingCharacter())
	if n == 0 {
		return nil
	}
	block.Advance(n)
	shown := string(line[:n])
	return &mention{handle: strings.ToLower(shown[1:]), shown: shown}
}

type hashtagParser struct{}

func (hashtagParser) Trigger() []byte { return []byte{'#'} }

func (hashtagParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	tag, n := hashtagAt(line, block.PrecendingCharacter())
	if n == 0 {
		return nil
	}
	block.Advance(n)
	return &hashtag{tag: tag, shown: string(line[:n])}
}

// addressParser finds bare addresses by their colon, whatever stands before
// them: «https://…, (https://… and ：https://… alike.
type addressParser struct{}

func (addressParser) Trigger() []byte { return []byte{':'} }

// attemptsKey counts in the context how often an address was looked for.
var attemptsKey = parser.NewContextKey()

func (addressParser) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	before, ok := parent.LastChild().(*ast.Text)
	if !ok || before.Segment.Stop != segment.Start || !bytes.HasPrefix(line, []byte("://")) {
		return nil
	}
	scheme := schemeBefore(before.Segment.Value(block.Source()))
	attempts, _ := pc.Get(attemptsKey).(int)
	if scheme == 0 || attempts >= maxAddresses {
		return nil
	}
	pc.Set(attemptsKey, attempts+1)
	whole := block.Source()[segment.Start-scheme : segment.Start+len(bytes.TrimRight(line, "\r\n"))]
	n := addressLength(whole)
	if n <= scheme {
		return nil
	}
	before.Segment = before.Segment.WithStop(segment.Start - scheme)
	block.Advance(n - scheme)
	return &address{href: string(whole[:n])}
}
