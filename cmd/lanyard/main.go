// Lanyard signs you in to AWS IAM Identity Center once and serves every
// account and role of yours from then on. See "lanyard help".
package main

import (
	"os"

	"github.com/lanyard-cli/lanyard/internal/cli"
	_ "github.com/lanyard-cli/lanyard/internal/warm" // answers from the cache before the rest is initialised
)

func main() { os.Exit(cli.Main(os.Args)) }
