package servertest

import (
	"errors"
	"io/fs"
	"os"
	"strings"
)

// journal keeps the ids of notes, in memory and in a file.
type journal struct {
	file    *os.File // nil if there is none
	lazy    int
	ids     []string
	known   map[string]bool
	waiting []string
}

func openJournal(path string, lazy int) (*journal, error) {
	j := &journal{lazy: lazy, known: make(map[string]bool)}
	if path == "" {
		return j, nil
	}
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for id := range strings.FieldsSeq(string(text)) {
		j.remember(id)
	}
	j.file, err = os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	return j, err
}

func (j *journal) remember(id string) {
	if !j.known[id] {
		j.known[id] = true
		j.ids = append(j.ids, id)
	}
}

// add keeps an id, in the file at once or, if lazy, when there are enough.
func (j *journal) add(id string) error {
	j.remember(id)
	j.waiting = append(j.waiting, id)
	if j.file == nil || len(j.waiting) < j.lazy {
		return nil
	}
	return j.flush()
}

func (j *journal) flush() error {
	if len(j.waiting) == 0 {
		return nil
	}
	_, err := j.file.WriteString(strings.Join(j.waiting, "\n") + "\n")
	j.waiting = nil
	return errors.Join(err, j.file.Sync())
}

func (j *journal) close() error {
	if j.file == nil {
		return nil
	}
	return errors.Join(j.flush(), j.file.Close())
}
