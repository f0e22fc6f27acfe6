// Names the Go client and the test kit that its own tests use, so that both are pinned and fetched: the tests themselves
// are run from the modules' sources (test/interop/api/go-suite.test.ts).
package suite

import (
	_ "github.com/hashicorp/consul/api"
	_ "github.com/hashicorp/consul/sdk/testutil"
)
