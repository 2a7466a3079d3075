package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestImportNamesWhatItRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, list := filepath.Join(dir, "adresses-22.csv"), filepath.Join(dir, "refused.csv")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(file, "numero;nom_voie;code_insee;code_postal\n1;Rue du Four;22050;22100\nx;Rue du Four;22050;22100\n2;;22050;22100\n")
	odd := filepath.Join(dir, "odd.csv")
	write(odd, "colour;taste\nred;sweet\n")
	var out, errOut bytes.Buffer
	err := run(t.Context(), []string{"import", "--database", "sqlite:" + filepath.Join(dir, "palier.db"), "--url", "http://localhost:8000",
		"--media", filepath.Join(dir, "media"), "--report", list, file, odd}, &out, &errOut)
	if err == nil || !strings.Contains(err.Error(), "odd.csv holds nothing that can be imported: its columns are colour, taste") {
		t.Errorf("an odd file: %v", err)
	}
	want := "adresses-22.csv: 1 rows taken, 0 left out, 2 refused\n"
	if !strings.HasPrefix(out.String(), want) || !strings.Contains(out.String(), "line 3: the number is not a whole number") {
		t.Errorf("said %q", out.String())
	}
	refused, err := os.ReadFile(list)
	if err != nil || string(refused) != "adresses-22.csv;3;the number is not a whole number\nadresses-22.csv;4;there is no street\n" {
		t.Errorf("refused: %q, %v", refused, err)
	}
}
