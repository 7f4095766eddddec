package chainrule.studies;

/** Reports for tests of what is made from them. */
public final class Reports {
    private Reports() {}

    public static Report toy() {
        return Toy.report();
    }
}
