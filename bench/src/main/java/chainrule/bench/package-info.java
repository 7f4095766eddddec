/**
 * Side-by-side speed measurements: ratios in one run on one machine. The machine is measured first (read bandwidth, matrix
 * product rate per number type), so that every figure can be judged against what the machine can do; peers are run in
 * turn with ours where their paths are given. To add a row, write a {@link chainrule.bench.Workload}.
 */
@NullMarked
package chainrule.bench;

import org.jspecify.annotations.NullMarked;
