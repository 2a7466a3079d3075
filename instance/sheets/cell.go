package sheets

import "strings"

// formulas are what programs for tables take a cell for a formula by, when it
// begins with it: also the wide forms, which some of them make narrow first.
const formulas = "=+-@\t\r\n＝＋－＠"

// Cell is what somebody wrote as a cell of a table: no program that opens the
// table takes it for a formula and runs it (OWASP, CSV injection). Numbers that we
// wrote ourselves need none of it.
func Cell(text string) string {
	if strings.IndexAny(strings.TrimLeft(text, " \u00a0"), formulas) == 0 {
		return "'" + text
	}
	return text
}
