package chainrule.nn;

/** How a fresh parameter's elements are drawn. */
public sealed interface Draw {
    Draw ZEROS = new Constant(0);
    Draw ONES = new Constant(1);

    /** Every element is {@code value}. */
    record Constant(double value) implements Draw {}

    /** Independent normal elements of mean 0. */
    record Normal(double deviation) implements Draw {}

    /** Independent elements that are uniform from −{@code bound} to {@code bound}. */
    record Uniform(double bound) implements Draw {}
}
