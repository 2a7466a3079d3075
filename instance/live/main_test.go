package live_test

import (
	"testing"

	"go.uber.org/goleak"

	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) {
	storetest.RaceOnBoth()
	storetest.Main(m, func() error { return goleak.Find() })
}
