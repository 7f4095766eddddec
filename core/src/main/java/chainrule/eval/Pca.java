package chainrule.eval;

import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.ValueLayout;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Principal components of the rows of a matrix (Pearson, 1901): the eigenvectors of their covariance.
 *
 * @param shares of the variance, largest first: [D]; all 0 where all rows are equal
 * @param scoresNK the centred rows' coordinates along the first K components: float64 [N,K], of the scope around
 */
record Pca(double[] shares, Tensor scoresNK) {
    /**
     * The fewest components, one at least, whose shares reach {@code variance}; all where they do not.
     *
     * @param xND float64
     */
    static Pca of(Tensor xND, double variance) {
        try (var scope = new Scope()) {
            int width = (int) xND.size(1);
            Tensor centred = xND.sub(xND.mean(0));
            T_TensorTensor_T ascending = torch.linalg_eigh(centred.t().matmul(centred));
            double[] values = Ops.segment(ascending.get0().contiguous()).toArray(ValueLayout.JAVA_DOUBLE);
            double[] shares = new double[width];
            double sum = 0;
            for (double value : values) {
                sum += Math.max(0, value);
            }
            int kept = 0;
            double reached = 0;
            for (int k = 0; k < width; k++) {
                shares[k] = sum > 0 ? Math.max(0, values[width - 1 - k]) / sum : 0;
                if (reached < variance) {
                    kept++;
                }
                reached += shares[k];
            }
            Tensor vectors = Ops.slice(ascending.get1(), 1, width - kept, width).flip(1);
            return new Pca(shares, scope.keep(centred.matmul(vectors)));
        }
    }
}
