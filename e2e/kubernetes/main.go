// Command kubernetes is a control plane in one binary: its first argument says
// which component it is. One binary because they share most of their packages:
// it links in the time of one, and is copied, cached and loaded once.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/metrics/prometheus/clientgo" // the clients' metrics
	kubectl "k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

func main() {
	components := map[string]func() int{
		"etcd":                    func() int { etcdmain.Main(os.Args); return 0 },
		"kube-apiserver":          run(apiserver.NewAPIServerCommand),
		"kube-controller-manager": run(controllers.NewControllerManagerCommand),
		"kube-scheduler":          run(func() *cobra.Command { return scheduler.NewSchedulerCommand() }),
		"kubectl": func() int {
			if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
				util.CheckErr(err) // exits, with the status that kubectl gives to this error
			}
			return 0
		},
	}
	var component func() int
	if len(os.Args) > 1 {
		component = components[os.Args[1]]
	}
	if component == nil {
		fmt.Fprintf(os.Stderr, "usage: %s etcd|kube-apiserver|kube-controller-manager|kube-scheduler|kubectl [arguments]\n", os.Args[0])
		os.Exit(2)
	}
	// Each reads the arguments of its process: they must be its own.
	os.Args = append([]string{os.Args[1]}, os.Args[2:]...)
	os.Exit(component())
}

func run(command func() *cobra.Command) func() int {
	return func() int { return cli.Run(command()) }
}
