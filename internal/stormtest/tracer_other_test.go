//go:build !linux || !(amd64 || arm64)

package stormtest_test

func runTracer([]string) (code int, ok bool) { return 0, false }
