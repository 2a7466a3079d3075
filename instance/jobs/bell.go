package jobs

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/riverqueue/river/riverdriver"
)

// bell wakes this process's own workers as soon as a job of its own is
// committed. River would hear of it through the database: on SQLite by asking
// every 50 ms, on PostgreSQL not at all if it was told of another job of that
// queue just before.
type bell struct {
	mu        sync.Mutex
	rung      []riverdriver.Notification
	interrupt func() // ends the wait under way
}

// Topics and payloads are River's own (its notifier and producer).
const (
	insertTopic  = "river_insert"
	controlTopic = "river_control"
)

type insertPayload struct {
	Queue string `json:"queue"`
}

type cancelPayload struct {
	Action string `json:"action"`
	JobID  int64  `json:"job_id"`
	Queue  string `json:"queue"`
}

func (b *bell) ringInsert(queue string) { b.ring(insertTopic, insertPayload{queue}) }

func (b *bell) ringCancel(queue string, id int64) {
	b.ring(controlTopic, cancelPayload{"cancel", id, queue})
}

func (b *bell) ring(topic string, payload any) {
	text, err := json.Marshal(payload)
	if err != nil { // these types always encode
		panic(err)
	}
	n := riverdriver.Notification{Topic: topic, Payload: string(text)}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, waiting := range b.rung {
		if waiting == n {
			return
		}
	}
	b.rung = append(b.rung, n)
	if b.interrupt != nil {
		b.interrupt()
	}
}

// take returns what was rung for, or has wake called once something is.
func (b *bell) take(wake func()) *riverdriver.Notification {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.rung) == 0 {
		b.interrupt = wake
		return nil
	}
	n := b.rung[0]
	b.rung = b.rung[1:]
	b.interrupt = nil
	return &n
}

// listener hears the bell, and the database beside it where that calls.
type listener struct {
	riverdriver.Listener
	bell *bell
}

func (l *listener) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	wait, cancel := context.WithCancel(ctx)
	defer cancel()
	if n := l.bell.take(cancel); n != nil {
		return n, nil
	}
	n, err := l.Listener.WaitForNotification(wait)
	if err == nil || ctx.Err() != nil || wait.Err() == nil {
		return n, err
	}
	if n := l.bell.take(nil); n != nil {
		return n, nil
	}
	return nil, err
}

// silence is the listener of a database that does not call.
type silence struct{}

func (silence) Close(context.Context) error            { return nil }
func (silence) Connect(context.Context) error          { return nil }
func (silence) Listen(context.Context, string) error   { return nil }
func (silence) Ping(context.Context) error             { return nil }
func (silence) Schema() string                         { return "" }
func (silence) SetAfterConnectExec(string)             {}
func (silence) Unlisten(context.Context, string) error { return nil }

func (silence) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}
