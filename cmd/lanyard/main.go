// Lanyard signs you in to AWS IAM Identity Center once and serves every
// account and role of yours from then on. See "lanyard help".
package main

import (
	"os"

	"lanyard/internal/cli"
	_ "lanyard/internal/warm" // answers from the cache before the rest is initialised
)

func main() { os.Exit(cli.Main(os.Args)) }
