package households

import (
	"slices"
	"strings"

	"palier/instance/writing"
)

// Mark stands where something was taken out of a message.
const Mark = "▒▒▒"

// Redact takes out of a message what would let two people reach one another past
// their association, or tell where somebody lives: telephone numbers, e-mail
// addresses, links, handles, streets and places. It returns what it took, by
// kind, each once. What asks for rent or something in exchange stays in and is
// among the kinds: a person has to read it as it was said.
func Redact(message string) (string, []writing.TraceKind) {
	var b strings.Builder
	var kinds []writing.TraceKind
	at := 0
	for _, t := range writing.Traces(message) {
		if !slices.Contains(kinds, t.Kind) {
			kinds = append(kinds, t.Kind)
		}
		if t.Kind == writing.TraceRent || t.Kind == writing.TraceExchange {
			continue
		}
		b.WriteString(message[at:t.From])
		b.WriteString(Mark)
		at = t.To
	}
	b.WriteString(message[at:])
	return b.String(), kinds
}
