// Lanyard signs you in to AWS IAM Identity Center once. Then you can use all of your accounts and
// roles. See "lanyard help".
package main

import (
	"os"

	"github.com/lanyard-cli/lanyard/internal/cli"
	_ "github.com/lanyard-cli/lanyard/internal/warm" // answers from the cache before Go initialises the other packages
)

func main() { os.Exit(cli.Main(os.Args)) }
