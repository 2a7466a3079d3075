package jobs_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(crashingURL); url != "" {
		enqueueUntilKilled(url)
		return
	}
	storetest.RaceOnBoth()
	storetest.Main(m, func() error { return goleak.Find() })
}
