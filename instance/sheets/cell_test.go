package sheets_test

import (
	"testing"

	"palier/instance/sheets"
)

func TestNoCellIsAFormula(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, want string }{
		{"", ""}, {"Fête des voisins", "Fête des voisins"}, {"10-12 h", "10-12 h"}, {"a=b", "a=b"},
		{`=HYPERLINK("https://x.example")`, `'=HYPERLINK("https://x.example")`}, {"+33", "'+33"}, {"-2+3", "'-2+3"}, {"@SUM(A1)", "'@SUM(A1)"},
		{"\t=1", "'\t=1"}, {"\r=1", "'\r=1"}, {"\n=1", "'\n=1"}, {"  =1", "'  =1"}, {"\u00a0=1", "'\u00a0=1"}, {"＝1", "'＝1"}, {"＠SUM", "'＠SUM"},
	} {
		if got := sheets.Cell(tt.text); got != tt.want {
			t.Errorf("Cell(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}
