package chainrule.checkpoint;

import chainrule.BadInput;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;

/**
 * What a file says of one tensor.
 *
 * @param offset where its bytes begin among the file's data
 * @param shape row-major, the last dimension innermost
 */
public record Entry(String name, Dtype dtype, long offset, long... shape) {
    private static final int LONGEST_NAME = 1024;

    /** A tensor's entry, checked. @throws BadInput where the name is no name or the size has no sense */
    static Entry of(String origin, String name, Dtype dtype, long offset, long... shape) {
        if (name.isEmpty()
                || name.length() > LONGEST_NAME
                || name.contains("..")
                || name.chars().anyMatch(Entry::odd)) {
            throw new BadInput(
                    origin + ": a tensor is called '" + Quote.of(name) + "', which is no name for a tensor.");
        }
        Entry entry = new Entry(name, dtype, offset, shape);
        if (Arrays.stream(shape).anyMatch(d -> d < 0) || !entry.fits()) {
            throw new BadInput(origin + ": the shape " + Arrays.toString(shape) + " of tensor " + Quote.of(name)
                    + " is impossible for " + dtype + ".");
        }
        return entry;
    }

    private static boolean odd(int c) {
        return Character.isISOControl(c) || Character.isSurrogate((char) c) || c == '\\';
    }

    /** Whether the size is a number and the rows consist of whole blocks. */
    private boolean fits() {
        try {
            return (!dtype.quantised() || (shape.length > 0 && shape[shape.length - 1] % dtype.block() == 0))
                    && Math.multiplyExact(elements(), dtype.blockBytes()) >= 0;
        } catch (ArithmeticException e) {
            return false;
        }
    }

    public long elements() {
        long product = 1;
        for (long d : shape) {
            product = Math.multiplyExact(product, d);
        }
        return product;
    }

    /** The size in the file. */
    public long bytes() {
        return elements() / dtype.block() * dtype.blockBytes();
    }

    /** Whether tensors lie apart from each other within {@code data} bytes. @throws BadInput where they do not */
    static void checkLayout(String origin, Collection<Entry> entries, long data) {
        long end = 0;
        var byOffset = Comparator.comparingLong(Entry::offset).thenComparingLong(Entry::bytes);
        for (Entry entry : entries.stream().sorted(byOffset).toList()) {
            if (entry.offset < end) {
                throw new BadInput(origin + ": the data of tensor " + Quote.of(entry.name) + " begin at " + entry.offset
                        + " and overlap what ends at " + end + ".");
            }
            if (entry.bytes() > data - entry.offset) {
                throw new BadInput(origin + ": the data of tensor " + Quote.of(entry.name)
                        + " end outside the file, which is truncated: fetch it again.");
            }
            end = entry.offset + entry.bytes();
        }
    }
}
