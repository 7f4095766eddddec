package chainrule.kernel;

/** y = x Wᵀ + b for rows: [n,I] to [n,O]. Each row's result is the same bits whatever else is in the pass. */
public interface Product extends AutoCloseable {
    /** The first {@code n} rows of {@code in} to those of {@code out}. */
    void apply(Rows in, int n, Rows out);

    int inputs();

    int outputs();

    @Override
    void close();
}
