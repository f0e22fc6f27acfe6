// The packages that only the client's tests need.
package suite

import (
	_ "github.com/google/go-cmp/cmp"
	_ "github.com/hashicorp/consul/sdk/testutil/retry"
	_ "github.com/hashicorp/go-uuid"
	_ "github.com/hashicorp/serf/serf"
	_ "github.com/stretchr/testify/mock"
	_ "github.com/stretchr/testify/require"
)
