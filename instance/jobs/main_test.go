package jobs_test

import (
	"testing"

	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }
